// rcatool causes: the catalogue of root causes.
#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/rcatool/commands.h"
#include "exporter/rcatool/table.h"
#include "rca_core/diagnosis/fault_class.h"

namespace rcatool {
namespace {

constexpr std::string_view kPageHead = R"(# Root causes

The catalogue that a diagnosis chooses from: six categories, four fault classes each. A class is told by its *signature*: what
signal roles do at the entity at fault, around it and among its peers. A role that is met adds its weight to the class, one that is
measured and not met takes a part of it away, one that is not measured is neutral. A class can come about in several ways
(*variants*); the one that fits best counts. Weights are log-likelihood ratios in nats: 0.4 is a hint, 1 usual, 2 strong,
3 decisive. Below a stated confidence the answer is `unknown`, with what telemetry is missing.

Classes of the category `observability_gaps` are found by an audit of what arrives against what is expected, before any incident.

This page is what `rcatool causes --format=md` prints.

)";

template <typename Range>
std::string joined(const Range& words, std::string_view separator, std::string_view around = "") {
  std::string text;
  for (const std::string_view word : words) {
    text.append(text.empty() ? "" : separator).append(around).append(word).append(around);
  }
  return text;
}

std::string place_text(rca::Place place) {
  switch (place) {
    case rca::Place::self: return "the entity";
    case rca::Place::callee: return "what it calls";
    case rca::Place::caller: return "its callers";
    case rca::Place::node: return "its node";
    case rca::Place::neighbour: return "others on its node";
    case rca::Place::peers: return "its peers";
    case rca::Place::system: return "anywhere";
  }
  return "";
}

std::string weight_text(double weight) {
  std::string text = std::to_string(weight);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string as_table() {
  std::vector<std::vector<std::string>> rows;
  for (const rca::FaultClass& row : rca::fault_classes()) {
    rows.push_back({std::string(to_string(row.category)), std::string(row.name), std::string(row.entities),
                    std::string(row.title)});
  }
  return table({"CATEGORY", "FAULT CLASS", "ENTITIES", "TITLE"}, rows);
}

nlohmann::ordered_json json_of(const rca::FaultClass& row) {
  nlohmann::ordered_json signature = nlohmann::ordered_json::array();
  for (const rca::SignatureTerm& term : row.signature) {
    signature.push_back({{"role", term.role},
                         {"movement", to_string(term.movement)},
                         {"place", to_string(term.place)},
                         {"weight", term.weight},
                         {"variant", term.variant}});
  }
  nlohmann::ordered_json whys = nlohmann::ordered_json::array();
  for (const rca::WhyTemplate& why : row.whys) {
    whys.push_back({{"effect", why.effect},
                    {"cause", why.cause},
                    {"role", why.role},
                    {"place", to_string(why.place)},
                    {"variant", why.variant}});
  }
  nlohmann::ordered_json actions = nlohmann::ordered_json::array();
  for (const rca::ActionTemplate& action : row.actions) {
    actions.push_back({{"kind", to_string(action.kind)},
                       {"text", action.text},
                       {"verification", action.verification},
                       {"watch_minutes", action.watch_minutes},
                       {"variant", action.variant}});
  }
  return {{"name", row.name},
          {"title", row.title},
          {"category", to_string(row.category)},
          {"branch", to_string(row.branch)},
          {"description", row.description},
          {"entities", row.entities},
          {"signature", signature},
          {"telemetry", row.telemetry},
          {"change_kinds", row.change_kinds},
          {"change_words", row.change_words},
          {"whys", whys},
          {"actions", actions},
          {"runbook", "docs/runbooks/" + std::string(row.runbook) + ".md"}};
}

std::string as_json() {
  auto list = nlohmann::ordered_json::array();
  for (const rca::FaultClass& row : rca::fault_classes()) list.push_back(json_of(row));
  return list.dump(2) + "\n";
}

void append_signature(std::string& page, const rca::FaultClass& row) {
  if (row.signature.empty()) {
    page += "Found by the audit; no role measures it.\n\n";
    return;
  }
  const bool has_variants = std::any_of(row.signature.begin(), row.signature.end(),
                                        [](const rca::SignatureTerm& term) { return !term.variant.empty(); });
  page += has_variants ? "| variant | role | does | where | weight |\n| --- | --- | --- | --- | --- |\n"
                       : "| role | does | where | weight |\n| --- | --- | --- | --- |\n";
  for (const rca::SignatureTerm& term : row.signature) {
    page += "| ";
    if (has_variants) page.append(term.variant.empty() ? "all" : term.variant).append(" | ");
    page.append("`").append(term.role).append("` | ").append(to_string(term.movement)).append(" | ");
    page.append(place_text(term.place)).append(" | ").append(weight_text(term.weight)).append(" |\n");
  }
  page += "\n";
}

void append_whys(std::string& page, const rca::FaultClass& row) {
  page += "Whys:\n\n";
  for (const rca::WhyTemplate& why : row.whys) {
    page.append("- ").append(why.effect).append(": ").append(why.cause);
    if (!why.role.empty()) page.append(" (`").append(why.role).append("`, ").append(place_text(why.place)).append(")");
    if (!why.variant.empty()) page.append(" [").append(why.variant).append("]");
    page += "\n";
  }
  page += "\n";
}

void append_actions(std::string& page, const rca::FaultClass& row) {
  page += "| action | what to do | holds when | watched for |\n| --- | --- | --- | --- |\n";
  for (const rca::ActionTemplate& action : row.actions) {
    page.append("| ").append(to_string(action.kind));
    if (!action.variant.empty()) page.append(" (").append(action.variant).append(")");
    page.append(" | ").append(action.text).append(" | ").append(action.verification).append(" | ");
    page.append(std::to_string(action.watch_minutes)).append(" min |\n");
  }
  page += "\n";
}

std::string as_markdown() {
  std::string page(kPageHead);
  page += "| category | fault class | entity at fault | runbook |\n| --- | --- | --- | --- |\n";
  for (const rca::FaultClass& row : rca::fault_classes()) {
    page.append("| `").append(to_string(row.category)).append("` | [`").append(row.name).append("`](#");
    page.append(row.name).append(") | ").append(row.entities).append(" | [").append(row.runbook);
    page.append("](runbooks/").append(row.runbook).append(".md) |\n");
  }
  for (const rca::FaultClass& row : rca::fault_classes()) {
    page.append("\n## ").append(row.name).append("\n\n**").append(row.title).append("** · `");
    page.append(to_string(row.category))
        .append("` · fishbone branch `")
        .append(to_string(row.branch))
        .append("` · [runbook](runbooks/");
    page.append(row.runbook).append(".md)\n\n").append(row.description).append("\n\n");
    append_signature(page, row);
    if (!row.telemetry.empty()) page += "Needs: " + joined(row.telemetry, ", ", "`") + ".\n";
    page += "Changes that cause it: " + joined(row.change_kinds, ", ", "`");
    page +=
        row.change_words.empty() ? ".\n\n" : "; words that name it: " + joined(row.change_words, ", ", "`") + ".\n\n";
    append_whys(page, row);
    append_actions(page, row);
  }
  page.pop_back();
  return page;
}

}  // namespace

void add_causes(CLI::App& app, int& exit_code) {
  add_listing(app, exit_code, "causes", "List the catalogue of root causes: signature, whys, actions, runbook",
              {as_table, as_json, as_markdown});
}

}  // namespace rcatool
