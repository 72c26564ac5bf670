// An output of a command as JS sees it: a stream to take chunks from, or a capture with a result.
#ifndef RINGFENCE_BINDING_OUTPUT_BINDING_H_
#define RINGFENCE_BINDING_OUTPUT_BINDING_H_

#include <napi.h>

#include <memory>

#include "binding/instance_data.h"
#include "core/output_reader.h"

namespace ringfence {

// outputBudget(limitBytes): JS thread.
Napi::Value MakeOutputBudget(const Napi::CallbackInfo& info);

class OutputBinding : public Napi::ObjectWrap<OutputBinding>, public NewsTaker {
 public:
  static void Define(Napi::Env env);

  // readOutput(source, budget, onEvent) and captureOutput(source, maxBytes, budget, onEvent): JS
  // thread.
  static Napi::Value Read(const Napi::CallbackInfo& info);
  static Napi::Value Capture(const Napi::CallbackInfo& info);

  explicit OutputBinding(const Napi::CallbackInfo& info);

  void Deliver(const OutputReader::News& news) override;

 private:
  static Napi::Value Open(const Napi::CallbackInfo& info, Napi::Value capacity, Napi::Value budget,
                          Napi::Value on_event);

  Napi::Value Fd(const Napi::CallbackInfo& info);
  Napi::Value Take(const Napi::CallbackInfo& info);
  Napi::Value Write(const Napi::CallbackInfo& info);
  void Resize(const Napi::CallbackInfo& info);
  Napi::Value EndOfInput(const Napi::CallbackInfo& info);
  Napi::Value Result(const Napi::CallbackInfo& info);
  void Close(const Napi::CallbackInfo& info);
  void RefLoop(const Napi::CallbackInfo& info);
  void UnrefLoop(const Napi::CallbackInfo& info);
  // An output keeps the event loop alive while something is awaited of it.
  void SetAwaited(bool awaited);
  void UpdateReference();
  OutputReader* reader() { return open_ ? data_->outputs->reader() : nullptr; }

  std::shared_ptr<InstanceData> data_;
  uint64_t id_ = 0;
  bool open_ = false;
  bool awaited_ = false;
  bool ref_ = true;
  bool referenced_ = false;
  Napi::FunctionReference on_event_;
};

}  // namespace ringfence

#endif  // RINGFENCE_BINDING_OUTPUT_BINDING_H_
