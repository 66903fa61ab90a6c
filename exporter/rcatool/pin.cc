// rcatool pin: the distributions of a range of history in a file, as a reference for drift that outlives the history.
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>

#include "exporter/drift/golden.h"
#include "exporter/drift/targets.h"
#include "exporter/incident/time_text.h"
#include "exporter/pipeline/daemon.h"
#include "exporter/pipeline/sources.h"
#include "exporter/rcatool/commands.h"
#include "exporter/rcatool/table.h"
#include "exporter/signals/catalog.h"

namespace rcatool {
namespace {

constexpr const char* kFooter =
    "Times are RFC 3339 (2026-11-22T07:30:00Z) or unix seconds. The file is named in the configuration as\n"
    "drift.references: [{name: golden, pinned: {file: golden.json}}]. Exit codes: 0 written, 1 error.";

struct Flags {
  std::string config_file = "rca.yml";
  std::string start;
  std::string end;
  std::string output;
};

// Whole or not at all: an exporter may read the file at any time.
rca::Result<void> write_whole(const std::string& file, const std::string& text) {
  const std::string temporary = file + ".tmp";
  std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  std::error_code failed;
  if (out) std::filesystem::rename(temporary, file, failed);
  if (out && !failed) return {};
  const std::string why =
      failed ? failed.message() : std::string(std::strerror(errno));  // NOLINT(concurrency-mt-unsafe)
  std::filesystem::remove(temporary, failed);
  return rca::Error{rca::ErrorKind::io, "the file " + file + " cannot be written: " + why};
}

rca::Result<std::int64_t> time_flag(const char* flag, const std::string& text) {
  auto parsed = exporter::parse_time(text);
  if (!parsed.ok()) return parsed.error().with_context(flag);
  return parsed;
}

std::string summary(const exporter::GoldenDataset& dataset) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& [key, side] : dataset.signals) {
    double observations = 0;
    for (const auto& [values, distribution] : side.parts) observations += distribution.total();
    const std::size_t vectors = side.rows.dimensions > 0 ? side.rows.values.size() / side.rows.dimensions : 0;
    const std::string size = std::to_string(vectors > 0 ? vectors : static_cast<std::size_t>(observations));
    rows.push_back({key.first, key.second, size});
  }
  return table({"SIGNAL", "ENTITY", "OBSERVATIONS"}, rows);
}

rca::Result<void> run(const Flags& flags) {
  RCA_ASSIGN(const std::int64_t start, time_flag("--start", flags.start));
  RCA_ASSIGN(const std::int64_t end, time_flag("--end", flags.end));
  RCA_ASSIGN(const exporter::Config config, exporter::load_checked_config(flags.config_file, ":memory:"));
  const exporter::CatalogResult catalog = exporter::load_catalog(config);
  if (!catalog.catalog) return rca::Error{rca::ErrorKind::invalid_argument, exporter::to_string(catalog.diagnostics)};
  RCA_ASSIGN(const exporter::DriftTargets targets, exporter::DriftTargets::create(config, *catalog.catalog));
  RCA_ASSIGN(exporter::Sources sources, exporter::Sources::create(config));
  RCA_ASSIGN(const exporter::GoldenDataset dataset, exporter::read_golden(config, targets, sources, start, end, {}));
  RCA_TRY(write_whole(flags.output, exporter::golden_to_json(dataset)));
  std::cout << summary(dataset) << "\n"
            << flags.output << ": " << dataset.signals.size() << " distributions from " << exporter::format_time(start)
            << " to " << exporter::format_time(end) << "\n";
  return {};
}

}  // namespace

void add_pin(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand(
      "pin", "Write the distributions of a range of history to a file, as a golden reference for drift");
  auto flags = std::make_shared<Flags>();
  command->add_option("--config.file", flags->config_file, "Configuration of rca_exporter")->capture_default_str();
  command->add_option("--start", flags->start, "Start of the range")->required();
  command->add_option("--end", flags->end, "End of the range")->required();
  command->add_option("--output", flags->output, "The file to write")->required();
  command->footer(kFooter);
  command->callback([flags, &exit_code] {
    const auto done = run(*flags);
    if (!done.ok()) std::cerr << "rcatool: " << done.error().message << '\n';
    exit_code = done.ok() ? kFound : kError;
  });
}

}  // namespace rcatool
