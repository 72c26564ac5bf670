#include "binding/output_hub.h"

#include <utility>
#include <vector>

namespace ringfence {
namespace {

constexpr size_t kFirstBlocks = 4;
// So much stays with the reader while nothing is written.
constexpr size_t kMostSpares = 8;

}  // namespace

OutputHub::OutputHub(Napi::Env env, std::unique_ptr<IoPort> port)
    : events_(Events::New(env, "ringfence output", 0, 1, this)),
      reader_(std::make_unique<OutputReader>(std::move(port), [this] { Wake(); })) {
  events_.Unref(env);
}

// Reader's thread.
void OutputHub::Wake() {
  // Of an environment that ends, the function may be gone after it has said so once.
  if (ending_) return;
  if (events_.NonBlockingCall() != napi_ok) ending_ = true;
}

void OutputHub::Deliver(Napi::Env env, Napi::Function, OutputHub* hub, void*) {
  if (env == nullptr || !hub->reader_) return;
  const Napi::HandleScope scope(env);
  const std::vector<OutputReader::News> news = hub->reader_->TakeNews();
  for (size_t wanted = hub->reader_->CountBlocks().wanted; wanted > 0; --wanted) hub->Lend(env);
  for (const OutputReader::News& told : news) {
    const auto found = hub->outputs_.find(told.id);
    if (found != hub->outputs_.end()) found->second->Deliver(told);
  }
}

void OutputHub::LendFirst(Napi::Env env) {
  for (size_t spare = reader_->CountBlocks().spare; spare < kFirstBlocks; ++spare) Lend(env);
}

void OutputHub::Lend(Napi::Env env) {
  auto buffer = Napi::Buffer<char>::New(env, OutputReader::kBlockBytes);
  char* const block = buffer.Data();
  blocks_.emplace(block, Napi::Persistent(buffer));
  reader_->Lend(block);
}

Napi::Value OutputHub::ToBuffer(Napi::Env env, const OutputChunk& chunk) {
  const bool enough = reader_->CountBlocks().spare >= kMostSpares;
  if (chunk.size < OutputReader::kBlockBytes / 2) {
    Napi::Value copy = Napi::Buffer<char>::Copy(env, chunk.block, chunk.size);
    if (enough) {
      blocks_.erase(chunk.block);
    } else {
      reader_->Lend(chunk.block);
    }
    return copy;
  }
  const auto found = blocks_.find(chunk.block);
  const Napi::Buffer<char> whole = found->second.Value();
  blocks_.erase(found);
  if (!enough) Lend(env);
  if (chunk.size == OutputReader::kBlockBytes) return whole;
  const auto size = static_cast<double>(chunk.size);
  return whole.Get("subarray")
      .As<Napi::Function>()
      .Call(whole, {Napi::Number::New(env, 0), Napi::Number::New(env, size)});
}

void OutputHub::AddReference(Napi::Env env) {
  if (referenced_++ == 0) events_.Ref(env);
}

void OutputHub::DropReference(Napi::Env env) {
  if (--referenced_ == 0) events_.Unref(env);
}

}  // namespace ringfence
