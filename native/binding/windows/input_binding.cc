#include "binding/windows/input_binding.h"

#include <utility>

#include "binding/convert.h"
#include "binding/error_to_js.h"

namespace ringfence {

void InputBinding::Define(Napi::Env env) {
  const Napi::Function constructor = DefineClass(
      env, "NativeInput",
      {InstanceMethod<&InputBinding::Write>("write"), InstanceMethod<&InputBinding::End>("end"),
       InstanceMethod<&InputBinding::Destroy>("destroy")});
  Napi::FunctionReference& reference = DataOf(env)->input_constructor;
  reference = Napi::Persistent(constructor);
  reference.SuppressDestruct();
}

InputBinding::InputBinding(const Napi::CallbackInfo& info)
    : ObjectWrap(info), data_(DataOf(info.Env())) {}

Napi::Value InputBinding::Open(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const std::shared_ptr<AddonData> data = DataOf(env);
  win::EndHandles ends;
  ends.input = data->TakeHandle(info[0]);
  OutputReader& reader = *data->Outputs(env)->reader();
  std::shared_ptr<win::OverlappedEnd> end;
  Status status = data->port->MakeEnd(std::move(ends), nullptr, &end);
  if (!status.ok()) throw ToError(env, status);
  const Napi::Object object = data->input_constructor.New({});
  auto* self = InputBinding::Unwrap(object);
  status = reader.OpenInput(end, &self->id_);
  if (!status.ok()) throw ToError(env, status);
  self->end_ = std::move(end);
  data->outputs->Add(self->id_, self);
  self->Ref();  // until it is closed
  return object;
}

void InputBinding::Write(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (!info[0].IsTypedArray()) Refuse(env, "bytes", "bytes");
  if (!info[1].IsFunction()) Refuse(env, "done", "a function");
  if (writing_) throw Napi::Error::New(env, "write before the last one was done");
  if (closed_) throw Napi::Error::New(env, "write after the end");
  bytes_ = Napi::Persistent(info[0].As<Napi::Object>());
  done_ = Napi::Persistent(info[1].As<Napi::Function>());
  handed_over_ = 0;
  writing_ = true;
  data_->outputs->AddReference(env);
  // It is told from the event loop how that went: the end remembers a failure.
  (void)HandOver();
  AwaitRoom();
}

Status InputBinding::HandOver() {
  // Asked anew each time: JS may have given the memory away.
  const auto bytes = bytes_.Value().As<Napi::Uint8Array>();
  const size_t size = bytes.ByteLength();
  const size_t begin = handed_over_ < size ? handed_over_ : size;
  size_t written = 0;
  const Status status =
      end_->Write(reinterpret_cast<const char*>(bytes.Data()) + begin, size - begin, &written);
  handed_over_ += written;
  return status;
}

void InputBinding::Deliver(const OutputReader::News& news) {
  if (!news.writable || !writing_) return;
  const Napi::Env env = Env();
  const Napi::HandleScope scope(env);
  const bool all = handed_over_ >= bytes_.Value().As<Napi::Uint8Array>().ByteLength();
  const Status status = HandOver();
  if (status.ok() && !all) return AwaitRoom();
  Finish(status);
}

void InputBinding::AwaitRoom() {
  if (OutputReader* reader = data_->outputs->reader()) reader->AwaitRoom(id_);
}

void InputBinding::Finish(const Status& status) {
  const Napi::Env env = Env();
  writing_ = false;
  data_->outputs->DropReference(env);
  bytes_.Reset();
  const Napi::FunctionReference done = std::move(done_);
  if (ending_) Close();
  if (status.ok()) {
    done.Call({});
  } else {
    done.Call({ToError(env, status).Value()});
  }
}

void InputBinding::End(const Napi::CallbackInfo&) {
  ending_ = true;
  if (!writing_) Close();
}

void InputBinding::Destroy(const Napi::CallbackInfo&) { Close(); }

void InputBinding::Close() {
  if (closed_) return;
  closed_ = true;
  if (writing_) {
    writing_ = false;
    data_->outputs->DropReference(Env());
    bytes_.Reset();
    done_.Reset();
  }
  if (OutputReader* reader = data_->outputs->reader()) reader->Close(id_);
  data_->outputs->Remove(id_);
  Unref();
}

}  // namespace ringfence
