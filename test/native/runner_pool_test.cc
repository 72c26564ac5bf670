#include "linux/runner_pool.h"

#include "check.h"

namespace ringfence {
namespace {

Runner* AddRunner(RunnerPool* pool, uint64_t id, uint64_t plan_id,
                  Isolation isolation = Isolation::kCommand) {
  auto plan = std::make_shared<PreparedPlan>();
  plan->id = plan_id;
  auto runner = std::make_unique<Runner>();
  runner->id = id;
  runner->plan = plan;
  runner->isolation = isolation;
  return pool->Add(std::move(runner));
}

TEST(RunnerPoolFindsByPlanAndIsolation) {
  RunnerPool pool;
  AddRunner(&pool, 1, 7);
  Runner* session = AddRunner(&pool, 2, 7, Isolation::kSession);
  CHECK_EQ(pool.Find(7, Isolation::kCommand)->id, 1U);
  CHECK_EQ(pool.Find(7, Isolation::kSession)->id, 2U);
  CHECK(pool.Find(8, Isolation::kCommand) == nullptr);
  session->retired = true;
  CHECK(pool.Find(7, Isolation::kSession) == nullptr);
  CHECK_EQ(pool.OfPlan(7).size(), 1U);
}

TEST(RunnerPoolEndsWhatIsRetiredOrLongUnusedAndHasNoCommand) {
  RunnerPool pool;
  const auto long_ago = Runner::Clock::now() - RunnerPool::kIdle;
  AddRunner(&pool, 1, 1);
  AddRunner(&pool, 2, 2)->retired = true;
  AddRunner(&pool, 3, 3)->last_used = long_ago;
  Runner* busy = AddRunner(&pool, 4, 4);
  busy->last_used = long_ago;
  busy->running = 1;
  // A session of which something still runs.
  Runner* attached = AddRunner(&pool, 5, 5, Isolation::kSession);
  attached->last_used = long_ago;
  attached->attached = 1;
  const std::vector<uint64_t> surplus = pool.Surplus();
  CHECK_EQ(surplus.size(), 2U);
  CHECK(surplus == (std::vector<uint64_t>{2, 3}));
}

TEST(RunnerPoolEndsTheOneThatWasUsedLeastRecentlyWhenThereAreTooMany) {
  RunnerPool pool;
  const auto now = Runner::Clock::now();
  for (uint64_t id = 1; id <= RunnerPool::kMaxRunners; ++id) {
    AddRunner(&pool, id, id)->last_used = now - std::chrono::seconds(id == 3 ? 10 : 1);
  }
  CHECK(pool.Surplus().empty());
  AddRunner(&pool, 100, 100);
  CHECK(pool.Surplus() == (std::vector<uint64_t>{3}));
}

TEST(RunnerPoolKnowsWhoLacksSlots) {
  RunnerPool pool;
  Runner* runner = AddRunner(&pool, 1, 1);
  CHECK_EQ(pool.Lacking().size(), 1U);
  runner->refills = false;
  CHECK(pool.Lacking().empty());
  runner->refills = true;
  for (uint64_t slot = 0; slot < RunnerPool::kSpareSlots; ++slot) runner->idle.push_back(slot);
  CHECK(pool.Lacking().empty());
}

}  // namespace
}  // namespace ringfence
