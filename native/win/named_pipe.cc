#include "win/named_pipe.h"

#include <string>
#include <utility>

#include "win/random_name.h"
#include "win/security_descriptor.h"
#include "win/token_query.h"

namespace ringfence::win {

Status MakePipe(const Win32Api& api, PipeDirection direction, Pipe* pipe) {
  Sid user;
  RINGFENCE_RETURN_IF_ERROR(QueryOwnUser(api, &user));
  std::u16string name;
  RINGFENCE_RETURN_IF_ERROR(MakeRandomName(api, u"\\\\.\\pipe\\ringfence-", &name));

  Pipe made;
  Handle handle = Handle::kNone;
  if (const OsError error = api.io.CreatePipe(
          name, direction, EncodeSecurityDescriptor(user, FullControl({user})), &handle);
      !error.ok()) {
    return Failed(Stage::kWinPipeMake, error);
  }
  made.ours = UniqueHandle(api.handle, handle);
  if (const OsError error = api.io.OpenPipe(name, direction, &handle); !error.ok()) {
    return Failed(Stage::kWinPipeConnect, error);
  }
  made.theirs = UniqueHandle(api.handle, handle);
  *pipe = std::move(made);
  return Status::Ok();
}

}  // namespace ringfence::win
