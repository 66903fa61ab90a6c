// What rcatool's subcommands share that print a list that is built in.
#include <iostream>
#include <memory>
#include <string>

#include "exporter/rcatool/commands.h"

namespace rcatool {

void add_listing(CLI::App& app, int& exit_code, const std::string& name, const std::string& description,
                 const Listing& listing) {
  CLI::App* command = app.add_subcommand(name, description);
  const auto format = std::make_shared<std::string>("table");
  command->add_option("--format", *format, "Output format: table, json, md")
      ->check(CLI::IsMember({"table", "json", "md"}))
      ->capture_default_str();
  command->callback([format, &exit_code, listing] {
    std::cout << (*format == "json" ? listing.json() : *format == "md" ? listing.markdown() : listing.table());
    exit_code = kFound;
  });
}

}  // namespace rcatool
