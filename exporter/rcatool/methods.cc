// rcatool methods: what can rank an incident.
#include <iostream>
#include <string>
#include <vector>

#include "exporter/rcatool/commands.h"
#include "exporter/rcatool/table.h"
#include "rca_core/methods/registry.h"

namespace rcatool {
namespace {

std::string needs_text(rca::Need needs) {
  std::string text;
  for (const auto& [need, name] :
       {std::pair(rca::Need::metrics, "metrics"), std::pair(rca::Need::graph, "graph"),
        std::pair(rca::Need::logs, "logs"), std::pair(rca::Need::traces, "traces"), std::pair(rca::Need::sli, "sli")}) {
    if (rca::has(needs, need)) text += (text.empty() ? "" : ",") + std::string(name);
  }
  return text.empty() ? "-" : text;
}

}  // namespace

void add_methods(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("methods", "List the methods: name, what they need, description, paper");
  command->callback([&exit_code] {
    std::vector<std::vector<std::string>> rows;
    for (const rca::Method* method : rca::all_methods()) {
      rows.push_back({std::string(method->name()), needs_text(method->needs()), std::string(method->description()),
                      std::string(method->reference())});
    }
    std::cout << table({"METHOD", "NEEDS", "DESCRIPTION", "PAPER"}, rows);
    exit_code = kFound;
  });
}

}  // namespace rcatool
