// A simulated Windows with a program, and the request to run it.
#ifndef RINGFENCE_TEST_NATIVE_WIN_LAUNCH_SETTING_H_
#define RINGFENCE_TEST_NATIVE_WIN_LAUNCH_SETTING_H_

#include <memory>
#include <string>

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

  Status Launch(Launched* launched) { return win::Launch(windows.api(), plan, request, launched); }

  const std::u16string program = u"C:\\tools\\tool.exe";
  FakeWindows windows;
  LaunchPlan plan;
  LaunchRequest request;
};

}  // namespace ringfence::win

#endif  // RINGFENCE_TEST_NATIVE_WIN_LAUNCH_SETTING_H_
