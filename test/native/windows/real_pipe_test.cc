// Pipes of the system: what is overlapped on our end is plain on the command's.
#include <windows.h>

#include <array>
#include <cstdint>
#include <string>

#include "check.h"
#include "win/api/windows_api.h"
#include "win/named_pipe.h"

namespace ringfence::win {
namespace {

constexpr uintptr_t kKey = 7;
constexpr uint32_t kLongestMs = 10'000;
constexpr uint32_t kErrorOperationAborted = 995;

HANDLE Raw(const UniqueHandle& handle) {
  return reinterpret_cast<HANDLE>(static_cast<uintptr_t>(handle.get()));
}

// A pipe whose packets are waited for.
struct Setting {
  explicit Setting(PipeDirection direction) {
    CHECK(MakePipe(api, direction, &pipe).ok());
    Handle handle = Handle::kNone;
    CHECK(api.io.CreatePort(&handle).ok());
    port = UniqueHandle(api.handle, handle);
    CHECK(api.io.AssociatePort(pipe.ours.get(), port.get(), kKey).ok());
  }

  Completion Next() {
    bool got = false;
    Completion completion;
    CHECK(api.io.WaitCompletion(port.get(), kLongestMs, &got, &completion).ok());
    CHECK(got);
    CHECK_EQ(completion.key, kKey);
    CHECK_EQ(completion.overlapped, reinterpret_cast<uintptr_t>(&overlapped));
    return completion;
  }

  const Win32Api& api = WindowsApi();
  Pipe pipe;
  UniqueHandle port;
  Overlapped overlapped;
  std::array<uint8_t, 16> bytes = {};
};

}  // namespace

TEST(WhatACommandWritesIsReadAndThenItsEnd) {
  Setting setting(PipeDirection::kFromCommand);
  CHECK(setting.api.io.StartRead(setting.pipe.ours.get(), setting.bytes, &setting.overlapped).ok());
  DWORD written = 0;
  CHECK(WriteFile(Raw(setting.pipe.theirs), "text", 4, &written, nullptr) != 0);
  const Completion text = setting.Next();
  CHECK(text.error.ok());
  CHECK_EQ(text.number, 4U);
  CHECK_EQ(std::string(setting.bytes.begin(), setting.bytes.begin() + 4), "text");

  setting.overlapped = {};
  CHECK(setting.api.io.StartRead(setting.pipe.ours.get(), setting.bytes, &setting.overlapped).ok());
  setting.pipe.theirs.Reset();
  CHECK(setting.Next().error.is(kErrorBrokenPipe));
  setting.overlapped = {};
  CHECK(setting.api.io.StartRead(setting.pipe.ours.get(), setting.bytes, &setting.overlapped)
            .is(kErrorBrokenPipe));
}

TEST(WhatIsWrittenToACommandIsReadAndThenItsEnd) {
  Setting setting(PipeDirection::kToCommand);
  const std::array<uint8_t, 3> text = {'a', 'b', 'c'};
  CHECK(setting.api.io.StartWrite(setting.pipe.ours.get(), text, &setting.overlapped).ok());
  CHECK_EQ(setting.Next().number, 3U);
  DWORD size = 0;
  CHECK(ReadFile(Raw(setting.pipe.theirs), setting.bytes.data(), 16, &size, nullptr) != 0);
  CHECK_EQ(size, DWORD{3});
  setting.pipe.ours.Reset();
  CHECK(ReadFile(Raw(setting.pipe.theirs), setting.bytes.data(), 16, &size, nullptr) == 0);
  CHECK_EQ(GetLastError(), DWORD{ERROR_BROKEN_PIPE});
}

TEST(AReadIsCancelled) {
  Setting setting(PipeDirection::kFromCommand);
  CHECK(setting.api.io.StartRead(setting.pipe.ours.get(), setting.bytes, &setting.overlapped).ok());
  CHECK(setting.api.io.Cancel(setting.pipe.ours.get(), &setting.overlapped).ok());
  CHECK(setting.Next().error.is(kErrorOperationAborted));
}

TEST(NeitherEndOfAPipeIsInheritable) {
  for (const PipeDirection direction : {PipeDirection::kToCommand, PipeDirection::kFromCommand}) {
    Pipe pipe;
    CHECK(MakePipe(WindowsApi(), direction, &pipe).ok());
    for (const UniqueHandle* end : {&pipe.ours, &pipe.theirs}) {
      DWORD flags = HANDLE_FLAG_INHERIT;
      CHECK(GetHandleInformation(Raw(*end), &flags) != 0);
      CHECK_EQ(flags & HANDLE_FLAG_INHERIT, DWORD{0});
    }
  }
}

}  // namespace ringfence::win
