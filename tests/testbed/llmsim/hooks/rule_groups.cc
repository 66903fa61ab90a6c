#include "tests/testbed/llmsim/hooks/rule_groups.h"

#include "tests/testbed/llmsim/simulation.h"

namespace llmsim {
namespace {

constexpr std::size_t kIterationsKept = 20'000;
constexpr double kNotifySeconds = 0.05;  // assumed: to Alertmanager

const HookRegistration kRules{
    {std::string(kRulesHook), [](const SimConfig& config, const Topology&) -> std::unique_ptr<RequestHook> {
       return std::make_unique<Rules>(config.seed);
     }}};

}  // namespace

RuleGroup::RuleGroup(std::uint64_t seed, std::string_view evaluator, std::string_view name, double interval,
                     double seconds)
    : evaluator_(evaluator),
      name_(name),
      interval_(interval),
      seconds_(seconds),
      random_(hash_combine(seed, hash_text(name)), "rules"),
      next_(interval * random_.uniform()) {}

bool RuleGroup::advance(double now) {
  bool ended = false;
  while (true) {
    if (running_ && running_->end <= now && running_->end <= next_) {
      last_seconds_ = running_->end - running_->begin;
      done_.push_back(*running_);
      if (done_.size() > kIterationsKept) done_.pop_front();
      running_.reset();
      ended = true;
    } else if (next_ <= now) {
      ++due_;
      const double took = cost_ * (0.8 * seconds_ + random_.exponential(0.2 * seconds_));
      if (running_) {
        ++missed_;
      } else {
        running_ = Iteration{next_, next_ + took};
      }
      next_ += interval_;
    } else {
      return ended;
    }
  }
}

std::optional<double> RuleGroup::delay(double onset) const {
  if (done_.empty() || done_.front().begin > onset) return std::nullopt;
  for (const Iteration& iteration : done_) {
    if (iteration.begin >= onset) return iteration.end - onset + kNotifySeconds;
  }
  return std::nullopt;
}

Rules::Rules(std::uint64_t seed) {
  groups_.emplace_back(seed, kPrometheus, "slo-alerts", 15, 0.12);
  groups_.emplace_back(seed, kPrometheus, "recording", 30, 0.8);
}

void Rules::sample(double seconds) {
  now_ += seconds;
  for (RuleGroup& group : groups_) group.advance(now_);
}

void Rules::set_cost(double factor) {
  for (RuleGroup& group : groups_) group.set_cost(factor);
}

Rules* find_rules(Simulation& simulation) {
  return dynamic_cast<Rules*>(simulation.hook(kRulesHook));
}

const Rules* find_rules(const Simulation& simulation) {
  return dynamic_cast<const Rules*>(simulation.hook(kRulesHook));
}

}  // namespace llmsim
