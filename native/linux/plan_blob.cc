#include "linux/plan_blob.h"

#include <utility>

#include "linux/blob_writer.h"

namespace ringfence {
namespace {

wire::Text OptionalText(BlobWriter* writer, const std::string& text) {
  return text.empty() ? 0 : writer->AddText(text);
}

wire::Span AddMounts(BlobWriter* writer, const std::vector<MountStep>& steps) {
  std::vector<wire::Mount> mounts;
  mounts.reserve(steps.size());
  for (const MountStep& step : steps) {
    mounts.push_back(
        {step.op, step.flags, OptionalText(writer, step.path), OptionalText(writer, step.target)});
  }
  return writer->AddArray(mounts);
}

wire::Span AddLandlockRules(BlobWriter* writer, const std::vector<LandlockRuleSpec>& specs) {
  std::vector<wire::LandlockRule> rules;
  rules.reserve(specs.size());
  for (const LandlockRuleSpec& spec : specs) {
    rules.push_back({spec.access, writer->AddText(spec.path), spec.optional ? 1U : 0U});
  }
  return writer->AddArray(rules);
}

}  // namespace

std::vector<char> EncodePlan(const PlanSpec& plan) {
  wire::Plan header = {};
  BlobWriter writer(sizeof header);
  header.magic = wire::kPlanMagic;
  header.version = wire::kVersion;
  header.mode = plan.mode;
  header.clone_flags = plan.clone_flags;
  header.id_map = plan.id_map;
  header.flags = plan.flags;
  header.mounts = AddMounts(&writer, plan.mounts);
  header.landlock_rules = AddLandlockRules(&writer, plan.landlock_rules);
  header.landlock_fs = plan.landlock_fs;
  header.landlock_net = plan.landlock_net;
  header.landlock_scoped = plan.landlock_scoped;
  header.filter = writer.AddArray(plan.filter);
  header.outer_filter = writer.AddArray(plan.outer_filter);
  header.bubblewrap = OptionalText(&writer, plan.bubblewrap);
  header.bubblewrap_args = writer.AddTexts(plan.bubblewrap_args);
  header.limits = writer.AddArray(plan.limits);
  return std::move(writer).Finish(header);
}

std::vector<char> EncodeRequest(const RequestSpec& request) {
  wire::Request header = {};
  BlobWriter writer(sizeof header);
  header.magic = wire::kRequestMagic;
  header.version = wire::kVersion;
  if (request.dry_run) header.flags |= wire::kRequestDryRun;
  if (request.poll) header.flags |= wire::kRequestPoll;
  if (request.runner) header.flags |= wire::kRequestRunner;
  if (request.session) header.flags |= wire::kRequestSession;
  header.umask = request.umask;
  header.columns = request.columns;
  header.rows = request.rows;
  header.file = writer.AddText(request.file);
  header.cwd = writer.AddText(request.cwd);
  header.argv = writer.AddTexts(request.argv);
  header.env = writer.AddBlock(request.env);
  return std::move(writer).Finish(header);
}

}  // namespace ringfence
