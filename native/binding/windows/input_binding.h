// openInput(handle): our end of a command's stdin as a JS object. Bytes are written on the thread
// of outputs.
#ifndef RINGFENCE_BINDING_WINDOWS_INPUT_BINDING_H_
#define RINGFENCE_BINDING_WINDOWS_INPUT_BINDING_H_

#include <napi.h>

#include <cstddef>
#include <cstdint>
#include <memory>

#include "binding/output_hub.h"
#include "binding/windows/addon_data.h"
#include "win/io/completion_port.h"

namespace ringfence {

class InputBinding : public Napi::ObjectWrap<InputBinding>, public NewsTaker {
 public:
  static void Define(Napi::Env env);

  // openInput(handle)
  static Napi::Value Open(const Napi::CallbackInfo& info);

  explicit InputBinding(const Napi::CallbackInfo& info);

  void Deliver(const OutputReader::News& news) override;

 private:
  void Write(const Napi::CallbackInfo& info);
  void End(const Napi::CallbackInfo& info);
  void Destroy(const Napi::CallbackInfo& info);

  // Hands over what is left of the bytes. Ok and nothing left: all of them are with the command.
  Status HandOver();
  // Calls back.
  void Finish(const Status& status);
  void AwaitRoom();
  void Close();

  std::shared_ptr<AddonData> data_;
  std::shared_ptr<win::OverlappedEnd> end_;
  uint64_t id_ = 0;
  // A write is under way: the event loop and this object live on for it.
  bool writing_ = false;
  // It is closed when the write is done.
  bool ending_ = false;
  bool closed_ = false;
  Napi::ObjectReference bytes_;
  size_t handed_over_ = 0;
  Napi::FunctionReference done_;
};

}  // namespace ringfence

#endif  // RINGFENCE_BINDING_WINDOWS_INPUT_BINDING_H_
