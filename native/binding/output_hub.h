// The outputs of an addon instance on the JS thread: the reader's news on their way to their
// objects, and the memory that the reader fills.
#ifndef RINGFENCE_BINDING_OUTPUT_HUB_H_
#define RINGFENCE_BINDING_OUTPUT_HUB_H_

#include <napi.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <unordered_map>

#include "core/output_reader.h"

namespace ringfence {

// What JS has of an end.
class NewsTaker {
 public:
  virtual ~NewsTaker() = default;
  // JS thread.
  virtual void Deliver(const OutputReader::News& news) = 0;
};

class OutputHub {
 public:
  OutputHub(Napi::Env env, std::unique_ptr<IoPort> port);

  // Null after Stop().
  OutputReader* reader() { return reader_.get(); }

  void Add(uint64_t id, NewsTaker* output) { outputs_.emplace(id, output); }
  void Remove(uint64_t id) { outputs_.erase(id); }

  // Blocks for a stream to begin with.
  void LendFirst(Napi::Env env);

  // What is in a block of the reader, as a Buffer that owns its memory.
  Napi::Value ToBuffer(Napi::Env env, const OutputChunk& chunk);

  // Outputs that keep the event loop alive.
  void AddReference(Napi::Env env);
  void DropReference(Napi::Env env);

  // Joins the reader's thread. Touches nothing of JS: the environment may be gone.
  void Stop() { reader_.reset(); }

 private:
  static void Deliver(Napi::Env env, Napi::Function, OutputHub* hub, void*);
  using Events = Napi::TypedThreadSafeFunction<OutputHub, void, Deliver>;

  void Wake();
  void Lend(Napi::Env env);

  Events events_;
  std::atomic<bool> ending_ = false;
  // Borrowed: an object keeps itself alive until it is closed.
  std::map<uint64_t, NewsTaker*> outputs_;
  // Lent to the reader.
  std::unordered_map<char*, Napi::Reference<Napi::Buffer<char>>> blocks_;
  int referenced_ = 0;
  std::unique_ptr<OutputReader> reader_;
};

}  // namespace ringfence

#endif  // RINGFENCE_BINDING_OUTPUT_HUB_H_
