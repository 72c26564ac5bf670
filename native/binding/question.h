// A slow question, answered by a promise from a worker thread of libuv's pool.
#ifndef RINGFENCE_BINDING_QUESTION_H_
#define RINGFENCE_BINDING_QUESTION_H_

#include <napi.h>

#include <functional>
#include <utility>

#include "binding/error_to_js.h"

namespace ringfence {

// Runs `work` on a worker thread; its Status becomes a rejection, its result what `convert` makes
// of it on the JS thread.
template <typename Result>
class Question : public Napi::AsyncWorker {
 public:
  using Work = std::function<Status(Result*)>;
  using Convert = std::function<Napi::Value(Napi::Env, Result)>;

  Question(Napi::Env env, Work work, Convert convert)
      : AsyncWorker(env),
        deferred_(Napi::Promise::Deferred::New(env)),
        work_(std::move(work)),
        convert_(std::move(convert)) {}

  Napi::Promise Ask() {
    Napi::Promise promise = deferred_.Promise();
    Queue();
    return promise;
  }

 protected:
  void Execute() override { status_ = work_(&result_); }

  void OnOK() override {
    if (!status_.ok()) {
      deferred_.Reject(ToError(Env(), status_).Value());
    } else {
      deferred_.Resolve(convert_(Env(), std::move(result_)));
    }
  }

 private:
  Napi::Promise::Deferred deferred_;
  Work work_;
  Convert convert_;
  Status status_;
  Result result_ = {};
};

template <typename Result>
Napi::Value Ask(Napi::Env env, typename Question<Result>::Work work,
                typename Question<Result>::Convert convert) {
  // Deletes itself when done, as AsyncWorker does.
  return (new Question<Result>(env, std::move(work), std::move(convert)))->Ask();
}

}  // namespace ringfence

#endif  // RINGFENCE_BINDING_QUESTION_H_
