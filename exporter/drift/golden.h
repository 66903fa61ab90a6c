// A reference that a user has pinned: the distributions of a range of history in a file, which outlives the history.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>

#include "common/result.h"
#include "exporter/config/config.h"
#include "exporter/drift/evaluation.h"
#include "exporter/drift/targets.h"
#include "exporter/pipeline/sources.h"

namespace exporter {

// JSON, version 1; docs/drift.md describes it.
struct GoldenDataset {
  std::int64_t start_ms = 0;  // of the range, (start, end]
  std::int64_t end_ms = 0;
  std::vector<std::string> labels;  // attribution labels that the parts' values are of
  DriftDataset signals;
};

// The largest file that is read.
inline constexpr std::size_t kMaxGoldenBytes = std::size_t{64} << 20;

std::string golden_to_json(const GoldenDataset& dataset);
// Errors: malformed, with the field; limit.
rca::Result<GoldenDataset> golden_from_json(std::string_view text);

// Reads and checks the file; parts get the attribution labels of `config`, in their order. Errors: io, malformed,
// limit, with the file's name.
rca::Result<GoldenDataset> load_golden(const std::string& file, const DriftConfig& config);

// Every pinned file of the configuration that cannot be used, for `rcatool check config`.
std::vector<Diagnostic> check_golden_files(const Config& config);

// Reads the range (start, end] of all signals from the sources. Errors: those of the sources; not_found, when there is
// not one observation in the range.
rca::Result<GoldenDataset> read_golden(const Config& config, const DriftTargets& targets, Sources& sources,
                                       std::int64_t start_ms, std::int64_t end_ms, const std::stop_token& stop);

}  // namespace exporter
