// What is touched and what is not: replicas, models, tenants, templates, nodes, dependencies, and cohorts by label.
#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "common/labels.h"
#include "rca_core/diagnosis/sections.h"

namespace rca::sections {
namespace {

constexpr double kTouched = 0.5;
constexpr std::size_t kMostOfAKind = 50;

struct KindOfRole {
  std::string_view prefix;
  std::string_view kind;
};
// The first that fits tells what an entity is.
constexpr std::array kKinds = {
    KindOfRole{"tenant_", "tenant"},
    KindOfRole{"template_", "prompt_template"},
    KindOfRole{"gateway_", "gateway"},
    KindOfRole{"session_", "session_store"},
    KindOfRole{"vector_", "vector_store"},
    KindOfRole{"tool_", "tool"},
    KindOfRole{"kv_cache_usage", "replica"},
    KindOfRole{"requests_running", "replica"},
    KindOfRole{"serve_ongoing", "replica"},
    KindOfRole{"ttft", "replica"},
    KindOfRole{"node_", "node"},
    KindOfRole{"answer_", "model"},
    KindOfRole{"output_logprob", "model"},
    KindOfRole{"input_rejected", "input_guard"},
};

struct CohortLabel {
  std::string_view label;
  std::string_view kind;
};
constexpr std::array kCohorts = {
    CohortLabel{"model_name", "model"},
    CohortLabel{"gen_ai_request_model", "model"},
    CohortLabel{"model", "model"},
    CohortLabel{"tenant", "tenant"},
    CohortLabel{"prompt_length", "prompt_length"},
    CohortLabel{"prompt_length_bucket", "prompt_length"},
    CohortLabel{"version", "version"},
    CohortLabel{"region", "region"},
    CohortLabel{"zone", "zone"},
};

std::string kind_of(const Case& of, std::size_t entity) {
  for (const KindOfRole& one : kKinds) {
    for (const Eigen::Index column : of.context.entities[entity].columns) {
      if (of.signal(column).role.starts_with(one.prefix)) return std::string(one.kind);
    }
  }
  return "service";
}

class Scope {
 public:
  explicit Scope(const Case& of) : of_(of) {}

  std::vector<ScopeEntry> run() {
    for (std::size_t entity = 0; entity < of_.context.entities.size(); ++entity) {
      if (!of_.context.entities[entity].columns.empty()) add_entity(entity);
    }
    add_cohorts();
    // Within the order of kinds: touched first.
    std::stable_sort(entries_.begin(), entries_.end(),
                     [](const ScopeEntry& a, const ScopeEntry& b) { return a.touched > b.touched; });
    std::stable_sort(entries_.begin(), entries_.end(),
                     [](const ScopeEntry& a, const ScopeEntry& b) { return a.kind < b.kind; });
    return bounded();
  }

 private:
  [[nodiscard]] bool is_cause(std::size_t entity) const {
    return std::any_of(of_.causes.begin(), of_.causes.end(),
                       [&](const Cause& cause) { return cause.entity == entity; });
  }

  void add_entity(std::size_t entity) {
    ScopeEntry entry;
    entry.kind = kind_of(of_, entity);
    entry.name = of_.name(entity);
    const std::optional<Eigen::Index> moved = clearest(entity);
    entry.touched = is_cause(entity) || suffering(of_, entity) >= kTouched;
    if (is_cause(entity)) {
      entry.text = "where the incident starts";
      if (moved) entry.text += ": " + evidence_of(of_, *moved).text;
    } else if (moved && entry.touched) {
      entry.text = evidence_of(of_, *moved).text;
    } else {
      entry.text = "its latency and failures stay at their usual level";
    }
    touched_.resize(of_.context.entities.size());
    touched_[entity] = entry.touched;
    entries_.push_back(std::move(entry));
  }

  // What callers see of it first, else whatever moved most.
  [[nodiscard]] std::optional<Eigen::Index> clearest(std::size_t entity) const {
    std::optional<Eigen::Index> best;
    double most = 0;
    for (const Eigen::Index column : of_.context.entities[entity].columns) {
      const RoleMovement* const movement = of_.movements.of_column(column);
      if (movement == nullptr || std::fabs(movement->own) <= most) continue;
      most = std::fabs(movement->own);
      best = column;
    }
    return best;
  }

  void add_cohorts() {
    std::set<std::pair<std::string, std::string>> all;
    std::set<std::pair<std::string, std::string>> touched;
    for (std::size_t entity = 0; entity < of_.context.entities.size(); ++entity) {
      for (const Eigen::Index column : of_.context.entities[entity].columns) {
        for (const CohortLabel& cohort : kCohorts) {
          const std::string_view value = label_value(of_.signal(column).labels, cohort.label);
          if (value.empty()) continue;
          const auto key = std::pair(std::string(cohort.kind), std::string(value));
          all.insert(key);
          if (touched_[entity]) touched.insert(key);
        }
      }
    }
    for (const auto& [kind, name] : all) {
      const bool known = std::any_of(
          entries_.begin(), entries_.end(),
          [&, kind = kind, name = name](const ScopeEntry& entry) { return entry.kind == kind && entry.name == name; });
      if (known) continue;
      const bool hit = touched.contains({kind, name});
      entries_.push_back({kind, name, hit,
                          hit ? "something that is labelled so is touched" : "nothing that is labelled so is touched"});
    }
  }

  std::vector<ScopeEntry> bounded() {
    std::vector<ScopeEntry> out;
    std::size_t of_kind = 0;
    for (ScopeEntry& entry : entries_) {
      of_kind = !out.empty() && out.back().kind == entry.kind ? of_kind + 1 : 0;
      if (of_kind < kMostOfAKind) out.push_back(std::move(entry));
    }
    return out;
  }

  const Case& of_;
  std::vector<bool> touched_;
  std::vector<ScopeEntry> entries_;
};

}  // namespace

std::vector<ScopeEntry> find_scope(const Case& of) {
  return Scope(of).run();
}

}  // namespace rca::sections
