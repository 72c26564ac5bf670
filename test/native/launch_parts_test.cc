// Small parts of a launch: gate, mailbox, umask, identities of rules, environment blocks.
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <thread>

#include "check.h"
#include "linux/gate.h"
#include "linux/mailbox.h"
#include "linux/plan_blob.h"
#include "linux/rule_identity.h"
#include "linux/umask.h"
#include "temp_directory.h"

namespace ringfence {
namespace {

TEST(GateCallsEveryWaiterOnceBeforeAndAfter) {
  Gate gate;
  int early = 0;
  int late = 0;
  gate.Wait([&](const Status& status) { early += status.error(); });
  CHECK_EQ(early, 0);
  std::thread([&] { gate.Settle({Stage::kStubMake, EROFS}); }).join();
  CHECK_EQ(early, EROFS);
  gate.Wait([&](const Status& status) { late += status.error(); });
  CHECK_EQ(late, EROFS);
  CHECK_EQ(early, EROFS);
}

TEST(MailboxKeepsTheOrderAndWakes) {
  Mailbox mailbox;
  CHECK(mailbox.Open().ok());
  std::string order;
  std::thread([&] {
    for (const char* text : {"a", "b", "c"}) {
      mailbox.Post([&order, text](Dispatcher*) { order += text; });
    }
  }).join();
  for (const Mailbox::Message& message : mailbox.Take()) message(nullptr);
  CHECK_EQ(order, "abc");
  CHECK(mailbox.Take().empty());
}

TEST(UmaskIsReadWithoutChangingIt) {
  const mode_t before = umask(027);
  CHECK_EQ(ReadUmask(), 027U);
  CHECK_EQ(umask(before), 027U);
}

TEST(RulesAreOthersWhenReplacedMovedOrRemoved) {
  const test::TempDirectory directory;
  const std::vector<std::string> paths = {directory / "kept", directory / "replaced",
                                          directory / "missing"};
  for (const char* name : {"kept", "replaced", "new"}) {
    CHECK_EQ(mkdir((directory / name).c_str(), 0755), 0);
  }
  const std::vector<RuleIdentity> before = IdentifyRules(paths);
  CHECK_EQ(FindChangedRule(paths, before), -1);
  CHECK_EQ(before[2].error, ENOENT);
  CHECK_EQ(rmdir(paths[1].c_str()), 0);
  CHECK_EQ(FindChangedRule(paths, before), 1);
  CHECK_EQ(rename((directory / "new").c_str(), paths[1].c_str()), 0);
  CHECK_EQ(FindChangedRule(paths, before), 1);
  CHECK_EQ(FindChangedRule(paths, IdentifyRules(paths)), -1);
  CHECK_EQ(symlink("kept", paths[2].c_str()), 0);
  CHECK_EQ(FindChangedRule(paths, IdentifyRules({paths[0], paths[1], directory / "none"})), 2);
}

// File systems give the number of an inode again as soon as it is free.
TEST(RuleIsAnotherThoughItsInodeHasTheSameNumber) {
  const test::TempDirectory directory;
  const std::vector<std::string> paths = {directory / "rule"};
  for (int round = 0; round < 50; ++round) {
    test::MakeFile(paths[0]);
    const std::vector<RuleIdentity> before = IdentifyRules(paths);
    CHECK_EQ(FindChangedRule(paths, before), -1);
    // The kernel's clock for files goes in ticks, of 10 ms at most.
    usleep(10'000);
    CHECK_EQ(unlink(paths[0].c_str()), 0);
    test::MakeFile(paths[0]);
    CHECK_EQ(FindChangedRule(paths, before), 0);
    CHECK_EQ(unlink(paths[0].c_str()), 0);
  }
}

TEST(EnvironmentBlockBecomesTexts) {
  RequestSpec request;
  request.env = std::string("A=1\0EMPTY=\0LAST=x y\0", 20);
  const std::vector<char> blob = EncodeRequest(request);
  wire::Request header;
  memcpy(&header, blob.data(), sizeof header);
  CHECK_EQ(header.size, blob.size());
  CHECK_EQ(header.env.count, 3U);
  std::string texts;
  for (uint32_t i = 0; i < header.env.count; ++i) {
    wire::Text text = 0;
    memcpy(&text, blob.data() + header.env.offset + i * sizeof text, sizeof text);
    texts += std::string(blob.data() + text) + "|";
  }
  CHECK_EQ(texts, "A=1|EMPTY=|LAST=x y|");
}

}  // namespace
}  // namespace ringfence
