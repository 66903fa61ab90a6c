// The catalogue of root causes: six categories, four fault classes each, one row a class.
#pragma once

#include <span>
#include <string_view>

namespace rca {

enum class FaultCategory {
  inference_infrastructure,
  prompt_and_input,
  model_and_configuration,
  orchestration_and_dependencies,
  observability_gaps,
  cascades_and_scaling,
};

// What a role of the signature does when the fault is there. `moves`: either way. `saturates`: rises until it is close
// to its limit (a ratio to 1, memory_working_set to memory_limit). `stays` speaks for the class as well: it tells it
// from a class that looks alike but for this role. `missing`: only where nobody measures it; it speaks against the
// class where it is measured, and for nothing where it is not.
enum class Movement { rises, falls, moves, stays, saturates, missing };

// Whose signal: the entity at fault, its callees, its callers, what it runs on or beside it on the same node, the
// members of its peer group, or any entity of the system.
enum class Place { self, callee, caller, node, neighbour, peers, system };

// A class can come about in several ways (a GPU that is throttled, a CPU quota that is used up). Terms, questions and
// actions that only belong to one of them carry its name in `variant`; those without belong to all. The variant that
// fits best counts.
struct SignatureTerm {
  std::string_view role;  // of the catalogue
  Movement movement = Movement::moves;
  Place place = Place::self;
  double weight = 1;  // log-likelihood ratio, in nats, when the role does what the term says; its absence costs less
  std::string_view variant = {};
};

// One link of the five whys: the effect is explained by the cause. Placeholders {entity}, {caller}, {signal}, {before},
// {after}, {sli} are filled from the evidence.
struct WhyTemplate {
  std::string_view effect;
  std::string_view cause;
  std::string_view role;  // the signal that supports the step; empty: the change event, or what the template says
  Place place = Place::self;
  std::string_view variant = {};
};

enum class FishboneBranch { model, infrastructure, data, process, people };

enum class ActionKind { mitigate, prevent, detect };

// What to do. Blameless: says what is to change in the system, never who erred.
struct ActionTemplate {
  ActionKind kind = ActionKind::mitigate;
  std::string_view text;          // with the placeholders of WhyTemplate
  std::string_view verification;  // what has to hold of the SLI or of a role for the action to count as effective
  int watch_minutes = 30;         // how long it has to hold
  std::string_view variant = {};
};

struct FaultClass {
  std::string_view name;   // as in the label fault_class, e.g. "network_latency"
  std::string_view title;  // for people, e.g. "Network latency"
  FaultCategory category = FaultCategory::inference_infrastructure;
  FishboneBranch branch = FishboneBranch::infrastructure;
  std::string_view description;  // one or two sentences
  std::string_view entities;     // which kind of entity is at fault, for people: "replica, node"
  std::span<const SignatureTerm> signature;
  std::span<const std::string_view> telemetry;  // roles without which the class cannot be told, for "what is missing"
  std::span<const std::string_view> change_kinds;  // kinds of change events that cause it
  std::span<const std::string_view> change_words;  // words in such an event's `to` that speak for this class
  std::span<const WhyTemplate> whys;               // from what users feel down to the cause, at most five
  std::span<const ActionTemplate> actions;
  std::string_view runbook;  // page below docs/runbooks, without .md
};

// All classes, in the order of the categories. The rows stand in fault_classes_*.cc, one file a category.
std::span<const FaultClass> fault_classes();

// nullptr: no such class.
const FaultClass* find_fault_class(std::string_view name);

// Label values: "inference_infrastructure", …; "model", ….
std::string_view to_string(FaultCategory category);
std::string_view to_string(FishboneBranch branch);
std::string_view to_string(ActionKind kind);
std::string_view to_string(Movement movement);  // "rises", …
std::string_view to_string(Place place);        // "self", …

// The label value for an incident, or an entity, whose class cannot be told.
inline constexpr std::string_view kUnknownFaultClass = "unknown";

}  // namespace rca
