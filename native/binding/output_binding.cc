#include "binding/output_binding.h"

#include <cmath>
#include <utility>

#include "binding/convert.h"
#include "binding/error_to_js.h"

namespace ringfence {
namespace {

constexpr napi_type_tag kBudgetTag = {0x4b7de0a94c2f4f19ULL, 0x8a35c1f6d20e9b74ULL};

// Less is copied: the memory for it is then found faster than a finalizer is run.
constexpr size_t kLeastOwned = size_t{64} * 1024;

using Budget = std::shared_ptr<OutputBudget>;

uint64_t ToBytes(Napi::Value value, const char* field) {
  if (!value.IsNumber() || !(value.As<Napi::Number>().DoubleValue() >= 0)) {
    throw Napi::TypeError::New(value.Env(), std::string(field) + ": expected a number of bytes");
  }
  const double bytes = value.As<Napi::Number>().DoubleValue();
  return std::isinf(bytes) ? HeadTail::kUnlimited : static_cast<uint64_t>(bytes);
}

Budget ToBudget(Napi::Value value) {
  if (value.IsUndefined()) return nullptr;
  if (!value.IsExternal() || !value.As<Napi::External<Budget>>().CheckTypeTag(&kBudgetTag)) {
    throw Napi::TypeError::New(value.Env(), "budget: expected what outputBudget() returned");
  }
  return *value.As<Napi::External<Budget>>().Data();
}

Napi::Value ToJs(Napi::Env env, CapturedOutput captured) {
  Napi::Object result = Napi::Object::New(env);
  const bool copied = captured.size < kLeastOwned;
  char* const bytes = captured.bytes.get();
  if (copied) {
    result.Set("bytes", Napi::Buffer<char>::Copy(env, bytes, captured.size));
  } else {
    // Copies where V8 takes no memory of others (Electron).
    result.Set("bytes", Napi::Buffer<char>::NewOrCopy(
                            env, captured.bytes.release(), captured.size,
                            [](Napi::Env, char* memory) { FreeMemory()(memory); }));
  }
  result.Set("headBytes", static_cast<double>(captured.head_size));
  result.Set("droppedBytes", static_cast<double>(captured.dropped));
  return result;
}

}  // namespace

Napi::Value MakeOutputBudget(const Napi::CallbackInfo& info) {
  auto budget =
      std::make_unique<Budget>(std::make_shared<OutputBudget>(ToBytes(info[0], "limitBytes")));
  auto external = Napi::External<Budget>::New(info.Env(), budget.release(),
                                              [](Napi::Env, Budget* owned) { delete owned; });
  external.TypeTag(&kBudgetTag);
  return external;
}

void OutputBinding::Define(Napi::Env env) {
  const Napi::Function constructor = DefineClass(
      env, "NativeOutput",
      {InstanceAccessor<&OutputBinding::Fd>("fd"), InstanceMethod<&OutputBinding::Take>("take"),
       InstanceMethod<&OutputBinding::Result>("result"),
       InstanceMethod<&OutputBinding::Write>("write"),
       InstanceMethod<&OutputBinding::Resize>("resize"),
       InstanceMethod<&OutputBinding::EndOfInput>("endOfInput"),
       InstanceMethod<&OutputBinding::Close>("close"),
       InstanceMethod<&OutputBinding::RefLoop>("ref"),
       InstanceMethod<&OutputBinding::UnrefLoop>("unref")});
  Napi::FunctionReference& reference = InstanceDataOf(env)->output_constructor;
  reference = Napi::Persistent(constructor);
  reference.SuppressDestruct();
}

OutputBinding::OutputBinding(const Napi::CallbackInfo& info)
    : ObjectWrap(info), data_(InstanceDataOf(info.Env())) {}

Napi::Value OutputBinding::Read(const Napi::CallbackInfo& info) {
  return Open(info, info.Env().Undefined(), info[1], info[2]);
}

Napi::Value OutputBinding::Capture(const Napi::CallbackInfo& info) {
  if (info[1].IsUndefined()) throw Napi::TypeError::New(info.Env(), "maxBytes: expected a number");
  return Open(info, info[1], info[2], info[3]);
}

Napi::Value OutputBinding::Open(const Napi::CallbackInfo& info, Napi::Value capacity,
                                Napi::Value budget, Napi::Value on_event) {
  const Napi::Env env = info.Env();
  const std::shared_ptr<InstanceData> data = InstanceDataOf(env);
  if (!on_event.IsFunction()) throw Napi::TypeError::New(env, "onEvent: expected a function");
  const bool stream = capacity.IsUndefined();
  const uint64_t bytes = stream ? 0 : ToBytes(capacity, "maxBytes");
  const Budget limit = ToBudget(budget);
  OutputReader& reader = *data->Outputs(env)->reader();
  std::shared_ptr<IoEnd> end = data->TakeEnd(info[0]);
  const Napi::Object object = data->output_constructor.New({});
  auto* self = OutputBinding::Unwrap(object);
  if (stream) data->outputs->LendFirst(env);
  const Status status = stream ? reader.OpenStream(std::move(end), limit, &self->id_)
                               : reader.OpenCapture(std::move(end), bytes, limit, &self->id_);
  if (!status.ok()) throw ToError(env, status);
  self->open_ = true;
  self->on_event_ = Napi::Persistent(on_event.As<Napi::Function>());
  data->outputs->Add(self->id_, self);
  self->Ref();  // until closed
  self->SetAwaited(true);
  return object;
}

void OutputBinding::Deliver(const OutputReader::News& news) {
  const Napi::Env env = Env();
  const Napi::HandleScope scope(env);
  if (news.readable) SetAwaited(false);
  const Napi::Function callback = on_event_.Value();
  if (news.exceeded) callback.Call({Napi::String::New(env, "exceeded")});
  if (news.writable) callback.Call({Napi::String::New(env, "writable")});
  if (news.readable) callback.Call({Napi::String::New(env, "ready")});
}

Napi::Value OutputBinding::Fd(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), reader() ? reader()->NumberOf(id_) : -1);
}

Napi::Value OutputBinding::Take(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (!reader()) return env.Null();
  const OutputChunk chunk = reader()->Take(id_);
  switch (chunk.kind) {
    case OutputChunk::Kind::kNothing:
      SetAwaited(true);
      return env.Undefined();
    case OutputChunk::Kind::kData:
      return data_->outputs->ToBuffer(env, chunk);
    case OutputChunk::Kind::kEnd:
      break;
    case OutputChunk::Kind::kFailed:
      throw ToError(env, chunk.failure);
  }
  return env.Null();
}

Napi::Value OutputBinding::Result(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (!reader()) throw Napi::Error::New(env, "result after close");
  CapturedOutput captured = reader()->TakeCapture(id_);
  if (!captured.failure.ok()) throw ToError(env, captured.failure);
  return ToJs(env, std::move(captured));
}

Napi::Value OutputBinding::Write(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (!info[0].IsTypedArray()) throw Napi::TypeError::New(env, "bytes: expected bytes");
  const auto bytes = info[0].As<Napi::Uint8Array>();
  const std::shared_ptr<IoEnd> end = reader() ? reader()->EndOf(id_) : nullptr;
  if (!end) throw ToError(env, data_->ClosedTerminal());
  size_t written = 0;
  const Status status =
      end->Write(reinterpret_cast<const char*>(bytes.Data()), bytes.ByteLength(), &written);
  if (!status.ok()) throw ToError(env, status);
  if (written < bytes.ByteLength()) reader()->AwaitRoom(id_);
  return Napi::Number::New(env, static_cast<double>(written));
}

void OutputBinding::Resize(const Napi::CallbackInfo& info) {
  const uint16_t columns = ToDimension(info[0], "columns");
  const uint16_t rows = ToDimension(info[1], "rows");
  const std::shared_ptr<IoEnd> end = reader() ? reader()->EndOf(id_) : nullptr;
  if (!end) return;
  const Status status = end->Resize(columns, rows);
  if (!status.ok()) throw ToError(info.Env(), status);
}

Napi::Value OutputBinding::EndOfInput(const Napi::CallbackInfo& info) {
  const std::shared_ptr<IoEnd> end = reader() ? reader()->EndOf(id_) : nullptr;
  const int character = end ? end->EndOfInput() : -1;
  if (character < 0) return info.Env().Undefined();
  return Napi::Number::New(info.Env(), character);
}

void OutputBinding::Close(const Napi::CallbackInfo&) {
  if (!open_) return;
  SetAwaited(false);
  if (reader()) reader()->Close(id_);
  open_ = false;
  data_->outputs->Remove(id_);
  on_event_.Reset();
  Unref();
}

void OutputBinding::RefLoop(const Napi::CallbackInfo&) {
  ref_ = true;
  UpdateReference();
}

void OutputBinding::UnrefLoop(const Napi::CallbackInfo&) {
  ref_ = false;
  UpdateReference();
}

void OutputBinding::SetAwaited(bool awaited) {
  awaited_ = awaited;
  UpdateReference();
}

void OutputBinding::UpdateReference() {
  const bool wanted = open_ && awaited_ && ref_;
  if (wanted == referenced_) return;
  referenced_ = wanted;
  if (wanted) {
    data_->outputs->AddReference(Env());
  } else {
    data_->outputs->DropReference(Env());
  }
}

}  // namespace ringfence
