// rcatool methods: what can rank an incident.
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/rcatool/commands.h"
#include "exporter/rcatool/table.h"
#include "rca_core/methods/registry.h"

namespace rcatool {
namespace {

std::vector<std::string> need_names(rca::Need needs) {
  std::vector<std::string> names;
  for (const auto& [need, name] :
       {std::pair(rca::Need::metrics, "metrics"), std::pair(rca::Need::graph, "graph"),
        std::pair(rca::Need::logs, "logs"), std::pair(rca::Need::traces, "traces"), std::pair(rca::Need::sli, "sli")}) {
    if (rca::has(needs, need)) names.emplace_back(name);
  }
  return names;
}

std::string joined(const std::vector<std::string>& names, const std::string& separator) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : separator) + name;
  return text.empty() ? "-" : text;
}

std::string as_table() {
  std::vector<std::vector<std::string>> rows;
  for (const rca::Method* method : rca::all_methods()) {
    rows.push_back({std::string(method->name()), joined(need_names(method->needs()), ","),
                    std::string(method->description()), std::string(method->reference())});
  }
  return table({"METHOD", "NEEDS", "DESCRIPTION", "PAPER"}, rows);
}

std::string as_json() {
  auto list = nlohmann::ordered_json::array();
  for (const rca::Method* method : rca::all_methods()) {
    list.push_back({{"name", method->name()},
                    {"needs", need_names(method->needs())},
                    {"description", method->description()},
                    {"reference", method->reference()}});
  }
  return list.dump(2) + "\n";
}

constexpr std::string_view kPageHead = R"(# Methods

Every method gets the same view of an incident (the signals aligned to one time grid, the onset, and where they are
there the SLI, the call graph, call latencies, logs and spans) and the same options (seed, normal and anomalous rows), and
gives a ranking of entities and signals with evidence. `needs` is what a method cannot do without: where that is missing it
says so and ranks nothing; of logs and traces, one is enough for those that take both. The daemon runs those that the
configuration names; [evaluation.md](evaluation.md) compares them on labelled incidents. What each computes, and where the
implementation that is usually compared with differs, stands at the top of its file in `rca_core/methods/`.

This page is what `rcatool methods --format=md` prints.

| method | needs | what it does | paper |
| --- | --- | --- | --- |
)";

// Of a table in Markdown.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) out.append(c == '|' ? "\\|" : std::string(1, c));
  return out;
}

// The page docs/methods.md.
std::string as_markdown() {
  std::string page(kPageHead);
  for (const rca::Method* method : rca::all_methods()) {
    page.append("| `").append(method->name()).append("` | ").append(joined(need_names(method->needs()), ", "));
    page.append(" | ")
        .append(cell(method->description()))
        .append(" | ")
        .append(cell(method->reference()))
        .append(" |\n");
  }
  return page;
}

}  // namespace

void add_methods(CLI::App& app, int& exit_code) {
  add_listing(app, exit_code, "methods", "List the methods: name, what they need, description, paper",
              {as_table, as_json, as_markdown});
}

}  // namespace rcatool
