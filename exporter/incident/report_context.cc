// What is around the fault: changes, scope, actions, budget, recurrence, telemetry, rankings.
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "exporter/incident/quantity.h"
#include "exporter/incident/report_content.h"
#include "exporter/incident/score.h"
#include "exporter/incident/time_text.h"

namespace exporter::report {
namespace {

constexpr std::size_t kMethodsShown = 3;  // places of each method in the overview

bool same(const rca::ChangeEvent& a, const rca::ChangeEvent& b) {
  return a.time_ms == b.time_ms && a.kind == b.kind && a.entity == b.entity && a.from == b.from && a.to == b.to;
}

std::string words(std::string text) {
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

const ActionCheck* check_of(const Incident& incident, std::size_t action) {
  const auto it = std::find_if(incident.checks.begin(), incident.checks.end(),
                               [action](const ActionCheck& check) { return check.action == action; });
  return it == incident.checks.end() ? nullptr : &*it;
}

std::string check_text(const Incident& incident, std::size_t action) {
  const ActionCheck* check = check_of(incident, action);
  if (check == nullptr) return "to be verified by a test";
  const std::string state(to_string(check->state));
  if (!check->outcome.empty()) return state + ": " + check->outcome;
  return check->until_ms > 0 ? state + ": watched until " + format_time(check->until_ms) : state;
}

std::string scope_of(const std::vector<rca::ScopeEntry>& scope, bool touched) {
  std::string kind;
  std::string text;
  for (const rca::ScopeEntry& entry : scope) {
    if (entry.touched != touched) continue;
    if (entry.kind != kind) {
      text += (text.empty() ? "" : "; ") + words(entry.kind) + " ";
      kind = entry.kind;
    } else {
      text += ", ";
    }
    text += entry.name;
  }
  return text.empty() ? "nothing that is measured" : text;
}

std::string percent_or_dash(double share) {
  return std::isfinite(share) ? quantity(share, "ratio") : "not judged";
}

}  // namespace

std::vector<rca::ChangeAnalysis> changes_around(const Source& source) {
  const Incident& incident = source.incident;
  const std::int64_t first = incident.onset_ms - source.options.changes_before_ms;
  const std::int64_t last = incident.open() ? source.options.now_ms : incident.resolved_ms;
  std::vector<rca::ChangeAnalysis> found;
  if (source.diagnosis() != nullptr) found = source.diagnosis()->changes;
  for (const rca::ChangeEvent& change : source.changes) {
    const bool known =
        std::any_of(found.begin(), found.end(), [&](const auto& one) { return same(one.change, change); });
    if (!known) found.push_back({change, std::numeric_limits<double>::quiet_NaN(), ""});
  }
  std::erase_if(found, [&](const auto& one) { return one.change.time_ms < first || one.change.time_ms > last; });
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.change.time_ms < b.change.time_ms; });
  return found;
}

Section changes_section(const Source& source) {
  std::vector<rca::ChangeAnalysis> changes = changes_around(source);
  Section section{"Change analysis", {}};
  if (changes.empty()) {
    section.blocks.emplace_back(Paragraph{"", "No change was seen or reported around the incident."});
    return section;
  }
  std::stable_sort(changes.begin(), changes.end(), [](const auto& a, const auto& b) {
    return std::max(a.likelihood, -1.0) > std::max(b.likelihood, -1.0);
  });
  Table table{{"time (UTC)", "kind", "entity", "from", "to", "likelihood", "why"}, {}};
  for (const rca::ChangeAnalysis& one : changes) {
    const rca::ChangeEvent& change = one.change;
    table.rows.push_back({format_time(change.time_ms), words(change.kind), change.entity, change.from, change.to,
                          percent_or_dash(one.likelihood), one.text});
  }
  section.blocks.emplace_back(std::move(table));
  return section;
}

Section scope_section(const Source& source) {
  Section section{"Scope", {}};
  if (source.diagnosis() == nullptr || source.diagnosis()->scope.empty()) return section;
  const auto& scope = source.diagnosis()->scope;
  section.blocks.emplace_back(Paragraph{"Touched:", scope_of(scope, true) + "."});
  section.blocks.emplace_back(Paragraph{"Not touched:", scope_of(scope, false) + "."});
  return section;
}

Section actions_section(const Source& source) {
  Section section{"Corrective actions", {}};
  if (source.diagnosis() == nullptr || source.diagnosis()->actions.empty()) return section;
  Table table{{"kind", "action", "owner", "verified when", "state"}, {}};
  const auto& actions = source.diagnosis()->actions;
  for (std::size_t i = 0; i < actions.size(); ++i) {
    const rca::Action& action = actions[i];
    const std::int64_t watch_ms = std::int64_t{std::max(action.watch_minutes, 0)} * 60'000;
    table.rows.push_back({std::string(rca::to_string(action.kind)), action.text,
                          action.owner.empty() ? "open" : action.owner,
                          action.verification + " (for " + duration(watch_ms) + ")", check_text(source.incident, i)});
  }
  section.blocks.emplace_back(std::move(table));
  if (!actions.front().runbook.empty()) {
    section.blocks.emplace_back(Paragraph{"Runbook:", "docs/runbooks/" + actions.front().runbook + ".md"});
  }
  return section;
}

Section budget_section(const Source& source) {
  Section section{"Error budget", {}};
  const double consumed = source.incident.budget_consumed();
  if (!std::isfinite(consumed)) return section;
  const Incident& incident = source.incident;
  const std::string of_budget =
      quantity(consumed, "ratio") + " of the error budget (" + quantity(1 - incident.objective, "ratio") + " of ";
  const std::string window = duration(incident.budget_window_ms) + ").";
  section.blocks.emplace_back(Paragraph{
      "", incident.budget_events > 0
              ? number(incident.bad_events) + " bad events, which is " + of_budget + "the events of " + window
              : "The objective was broken for " + duration(incident.bad_ms) + ", which is " + of_budget + window});
  if (std::isfinite(incident.recurrence_cost)) {
    section.blocks.emplace_back(Paragraph{"", "Incidents of this kind have used " +
                                                  quantity(incident.recurrence_cost, "ratio") + " of it within " +
                                                  duration(incident.budget_window_ms) + "."});
  }
  return section;
}

Section recurrence_section(const Source& source) {
  Section section{"Recurrence", {}};
  const Recurrence& recurrence = source.incident.recurrence;
  if (recurrence.entity_class.empty()) return section;
  const std::string kind = class_title(recurrence.fault_class) + " in " + recurrence.entity_class;
  std::string text = recurrence.earlier == 0 ? "The first incident of this kind (" + kind + ")."
                                             : kind + " has occurred " + plural(recurrence.earlier, "time") +
                                                   " before, last in " + join_names(recurrence.incidents, 3) + ".";
  if (!recurrence.related.empty()) text += " At the same time: " + join_names(recurrence.related, 5) + ".";
  section.blocks.emplace_back(Paragraph{"", text});
  return section;
}

Section telemetry_section(const Source& source) {
  Section section{"Missing telemetry", {}};
  if (source.diagnosis() == nullptr) return section;
  List list;
  for (const std::string& sentence : source.diagnosis()->assessment.missing_telemetry) list.items.push_back(sentence);
  for (const rca::ObservabilityGap& gap : source.diagnosis()->gaps) {
    const std::string text = gap.text.empty() ? words(gap.kind) + ": " + gap.signal + " of " + gap.entity : gap.text;
    if (std::find(list.items.begin(), list.items.end(), text) == list.items.end()) list.items.push_back(text);
  }
  const std::size_t most = source.options.top_k;
  if (list.items.size() > most) {
    const std::size_t left = list.items.size() - most;
    list.items.resize(most);
    list.items.push_back("and " + std::to_string(left) + " more");
  }
  if (!list.items.empty()) section.blocks.emplace_back(std::move(list));
  return section;
}

Section rankings_section(const Source& source) {
  Section section{"Methods", {}};
  Table table{{"method", "first", "second", "third"}, {}};
  for (const rca::Ranking& ranking : source.incident.rankings) {
    std::vector<std::string> row{ranking.method + (ranking.method == source.incident.answer_method ? " *" : "")};
    for (std::size_t i = 0; i < kMethodsShown; ++i) {
      row.push_back(i < ranking.entities.size() ? ranking.entities[i].entity : "");
    }
    table.rows.push_back(std::move(row));
  }
  if (table.rows.empty()) {
    section.blocks.emplace_back(Paragraph{"", "No method has run yet."});
  } else {
    section.blocks.emplace_back(std::move(table));
  }
  return section;
}

Section ranking_details(const Source& source) {
  Section section{"Rankings in detail", {}, true};
  for (const rca::Ranking& ranking : source.incident.rankings) {
    section.blocks.emplace_back(Paragraph{ranking.method, ranking.signals.empty() ? "has no candidates." : ""});
    Table table{{"rank", "entity", "signal", "share of score", "before", "after", "deviations", "since", "evidence"},
                {}};
    const std::vector<double> shares = score_shares(ranking.signals, source.options.top_k);
    for (std::size_t i = 0; i < shares.size(); ++i) {
      const rca::Candidate& candidate = ranking.signals[i];
      const rca::Evidence& evidence = candidate.evidence;
      table.rows.push_back({std::to_string(i + 1), candidate.entity, candidate.signal, number(shares[i]),
                            number(evidence.before), number(evidence.after), number(evidence.deviation),
                            evidence.since_ms > 0 ? format_time(evidence.since_ms) : "", evidence.text});
    }
    if (!table.rows.empty()) section.blocks.emplace_back(std::move(table));
  }
  return section;
}

}  // namespace exporter::report
