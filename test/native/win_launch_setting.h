// A simulated Windows with a program, and the request to run it.
#ifndef RINGFENCE_TEST_NATIVE_WIN_LAUNCH_SETTING_H_
#define RINGFENCE_TEST_NATIVE_WIN_LAUNCH_SETTING_H_

#include <memory>
#include <string>
#include <vector>

#include "check.h"
#include "sids.h"
#include "win/launch.h"
#include "win_fake.h"

namespace ringfence::win {

struct LaunchSetting {
  LaunchSetting() {
    windows.files = {{program, 0x80}, {u"C:\\work", kFileAttributeDirectory}};
    plan.capability_sids = {kRoot, kOtherRoot};
    request.program = program;
    request.argv = {u"tool", u"two words"};
    request.environment = {{u"Path", u"C:\\tools"}};
    request.cwd = u"C:\\work";
    request.events = {windows.Add(std::make_shared<FakePort>("port")), 17};
  }

  // Pipes of the caller, which need not be inheritable.
  void GiveStdio() {
    for (const char* name : {"input", "output", "errors"}) {
      streams.push_back(std::make_shared<FakeFile>(name));
      request.stdio[streams.size() - 1] = windows.Add(streams.back());
    }
  }

  Status Launch(Launched* launched) { return win::Launch(windows.api(), plan, request, launched); }

  // Of a command that has run.
  void CheckRunEnded(const std::string& where) const {
    const std::string prefix = where + ": ";
    for (const std::string& leftover : windows.Leftovers()) {
      test::Fail(__FILE__, __LINE__, prefix + leftover);
    }
  }

  // Of a launch that has failed.
  void CheckNothingRan(const std::string& where) const {
    CheckRunEnded(where);
    for (const auto& process : windows.processes()) {
      if (process->ran) test::Fail(__FILE__, __LINE__, where + ": the process has run");
    }
  }

  const std::u16string program = u"C:\\tools\\tool.exe";
  FakeWindows windows;
  std::vector<std::shared_ptr<FakeFile>> streams;
  LaunchPlan plan;
  LaunchRequest request;
};

}  // namespace ringfence::win

#endif  // RINGFENCE_TEST_NATIVE_WIN_LAUNCH_SETTING_H_
