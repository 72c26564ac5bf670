// The runners of a dispatcher: made, looked after, ended.
#include <cerrno>

#include "linux/dispatcher.h"

namespace ringfence {

Status Dispatcher::FindRunner(Launch* launch, uint64_t epoch, Runner** runner) {
  const std::shared_ptr<const PreparedPlan>& plan = launch->spec.plan;
  *runner = runners_.Find(plan->id, launch->spec.isolation);
  if (*runner != nullptr) {
    const int changed = FindChangedRule(plan->rules, (*runner)->identities);
    if (changed < 0) return Status::Ok();
    Emit(ProcessEvent::Kind::kRebuild, launch->id,
         {static_cast<uint32_t>(Stage::kRunnerChanged), 0,
          plan->rules[static_cast<size_t>(changed)]});
    Retire(*runner);
    watches_.Renew(plan->id);
    epoch = watches_.Hold(*plan);
  }
  launch->rebuilt = true;
  return MakeRunner(launch->spec, epoch, runner);
}

Status Dispatcher::MakeRunner(const LaunchSpec& spec, uint64_t epoch, Runner** runner) {
  const std::shared_ptr<const PreparedPlan>& plan = spec.plan;
  auto made = std::make_unique<Runner>();
  made->plan = plan;
  made->isolation = spec.isolation;
  made->watch_epoch = epoch;
  // Before the view is made: what changes while it is made is a change.
  made->identities = IdentifyRules(plan->rules);
  RequestSpec request;
  request.runner = true;
  request.session = spec.isolation == Isolation::kSession;
  Connection* connection = nullptr;
  RINGFENCE_RETURN_IF_ERROR(LaunchSandbox(Role::kRunner, *plan, request, {}, &connection));
  made->id = connection->id;
  *runner = runners_.Add(std::move(made));
  return Status::Ok();
}

Status Dispatcher::MakeSlot(Runner* runner, Connection** slot) {
  const Connection* connection = FindConnection(runner->id);
  if (connection == nullptr) return {Stage::kLaunchSend, EPIPE};
  unique_fd ours;
  unique_fd theirs;
  RINGFENCE_RETURN_IF_ERROR(MakeControlSockets(&ours, &theirs));
  if (runner->look) {
    const wire::Control look{wire::kRepairSignal};
    const int error = SendControl(connection->control.get(), &look, sizeof look);
    if (error != 0) return {Stage::kLaunchSend, error};
    runner->look = false;
  }
  const int error = SendStart(connection->control.get(), 0, {theirs.get()});
  if (error != 0) return {Stage::kLaunchSend, error};
  RINGFENCE_RETURN_IF_ERROR(Connect(Role::kSlot, runner->plan->id, std::move(ours), slot));
  (*slot)->runner = runner->id;
  (*slot)->watch_epoch = runner->watch_epoch;
  return Status::Ok();
}

Status Dispatcher::TakeSlot(Runner* runner, Connection** slot) {
  while (!runner->idle.empty()) {
    *slot = FindConnection(runner->idle.front());
    runner->idle.pop_front();
    if (*slot != nullptr && !(*slot)->disconnected && !(*slot)->ended) return Status::Ok();
  }
  return MakeSlot(runner, slot);
}

void Dispatcher::Refill(Runner* runner) {
  while (!runner->retired && !stopping_ && runner->idle.size() < RunnerPool::kSpareSlots) {
    Connection* slot = nullptr;
    runner->refills = MakeSlot(runner, &slot).ok();
    if (!runner->refills) return;  // the next launch finds out why
    runner->idle.push_back(slot->id);
  }
}

// Ends when its commands have ended; those that wait for one end now.
void Dispatcher::Retire(Runner* runner) {
  runner->retired = true;
  for (const uint64_t id : runner->idle) {
    Connection* slot = FindConnection(id);
    if (slot == nullptr) continue;
    slot->control.reset();
    slot->disconnected = true;
  }
  const std::deque<uint64_t> ended = std::move(runner->idle);
  runner->idle.clear();
  if (runner->running == 0) EndConnection(runner->id);
  for (const uint64_t id : ended) CloseIfDone(id);
}

void Dispatcher::RetireAll() {
  std::vector<uint64_t> ids;
  for (const auto& [id, runner] : runners_.all()) ids.push_back(id);
  for (const uint64_t id : ids) {
    if (Runner* runner = runners_.Get(id)) Retire(runner);
  }
}

void Dispatcher::SetImage(unique_fd image) {
  image_ = std::move(image);
  zygote_.End();
  RetireAll();
}

// The process behind it takes the end of its socket as the end of everything.
void Dispatcher::EndConnection(uint64_t id) {
  if (Connection* connection = FindConnection(id)) {
    connection->control.reset();
    connection->disconnected = true;
    CloseIfDone(id);
  }
}

void Dispatcher::EndSurplus() {
  for (const uint64_t id : runners_.Surplus()) {
    if (Runner* runner = runners_.Get(id)) Retire(runner);
  }
}

void Dispatcher::ClosePlan(uint64_t event_id, uint64_t plan_id) {
  closing_.push_back({event_id, plan_id});
  for (Runner* runner : runners_.OfPlan(plan_id)) Retire(runner);
  AnnounceClosedPlans();
}

}  // namespace ringfence
