#include "exporter/drift/golden.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "exporter/config/yaml_tree.h"
#include "exporter/drift/windows.h"
#include "exporter/incident/json_input.h"
#include "exporter/incident/time_text.h"

namespace exporter {
namespace {

using nlohmann::json;

constexpr int kVersion = 1;
constexpr std::size_t kMaxTextBytes = 1024;
constexpr std::size_t kMaxBuckets = std::size_t{1} << 16;
constexpr std::size_t kMaxRows = 2000;  // of a gauge or an embedding, in the file
constexpr std::size_t kMaxLabels = 64;
constexpr std::size_t kMaxParts = 20'000;  // of one signal of one entity
constexpr std::int64_t kLongestReadMs = 1'800'000;

std::string_view kind_name(DriftKind kind) {
  switch (kind) {
    case DriftKind::histogram: return "histogram";
    case DriftKind::gauge: return "gauge";
    case DriftKind::embedding: return "embedding";
  }
  return "histogram";
}

json side_to_json(const std::vector<std::string>& labels, const std::pair<std::string, std::string>& key,
                  const DriftSide& side) {
  json out{{"signal", key.first}, {"entity", key.second}, {"kind", kind_name(side.kind)}};
  if (side.kind != DriftKind::histogram) {
    out["dimensions"] = side.rows.dimensions;
    out["values"] = side.rows.values;
    return out;
  }
  json parts = json::array();
  for (const auto& [values, distribution] : side.parts) {
    json part{{"labels", json::object()}, {"upper_bounds", json::array()}, {"counts", distribution.counts}};
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!values[i].empty()) part["labels"][labels[i]] = values[i];
    }
    // JSON has no infinity: the last bucket is the one without a bound.
    for (std::size_t i = 0; i + 1 < distribution.upper_bounds.size(); ++i) {
      part["upper_bounds"].push_back(distribution.upper_bounds[i]);
    }
    parts.push_back(std::move(part));
  }
  out["parts"] = std::move(parts);
  return out;
}

rca::Result<std::vector<double>> numbers_field(const json& object, const std::string& key, const std::string& path,
                                               std::size_t most) {
  const auto found = object.find(key);
  const std::string at = join_path(path, key);
  if (found == object.end() || !found->is_array()) return field_error(at, "must be a list of numbers");
  if (found->size() > most) {
    return rca::Error{rca::ErrorKind::limit, at + ": more than " + std::to_string(most) + " numbers"};
  }
  std::vector<double> out;
  for (const json& value : *found) {
    if (!value.is_number()) return field_error(at, "must hold numbers, not " + std::string(json_type(value)));
    out.push_back(value.get<double>());
    if (!std::isfinite(out.back())) return field_error(at, "must hold finite numbers");
  }
  return out;
}

rca::Result<void> read_part(const json& value, const std::string& path, const std::vector<std::string>& labels,
                            DriftSide& side) {
  if (!value.is_object()) return field_error(path, "must be an object, not " + std::string(json_type(value)));
  RCA_ASSIGN(std::vector<double> bounds, numbers_field(value, "upper_bounds", path, kMaxBuckets));
  RCA_ASSIGN(std::vector<double> counts, numbers_field(value, "counts", path, kMaxBuckets + 1));
  bounds.push_back(std::numeric_limits<double>::infinity());
  auto distribution = rca::make_binned(std::move(bounds), std::move(counts));
  if (!distribution.ok()) return field_error(path, distribution.error().message);
  if (!std::isfinite(distribution->total())) return field_error(path, "the counts are too large to be added up");
  std::vector<std::string> values(labels.size());
  if (const auto given = value.find("labels"); given != value.end()) {
    if (!given->is_object()) return field_error(join_path(path, "labels"), "must be an object");
    for (std::size_t i = 0; i < labels.size(); ++i) {
      RCA_ASSIGN(values[i], text_field(*given, labels[i], join_path(path, "labels"), kMaxTextBytes, false));
    }
  }
  // Labels that are no attribution labels any more make several parts one.
  const auto same =
      std::find_if(side.parts.begin(), side.parts.end(), [&](const auto& part) { return part.first == values; });
  if (same == side.parts.end()) {
    if (side.parts.size() == kMaxParts) {
      return rca::Error{rca::ErrorKind::limit, path + ": more than " + std::to_string(kMaxParts) + " parts"};
    }
    side.parts.emplace_back(std::move(values), std::move(distribution).value());
    return {};
  }
  const std::vector<rca::BinnedDistribution> both{same->second, *distribution};
  RCA_ASSIGN(rca::BinnedDistribution sum, rca::merge(both));
  if (!std::isfinite(sum.total())) return field_error(path, "the counts are too large to be added up");
  same->second = std::move(sum);
  return {};
}

rca::Result<void> read_rows(const json& value, const std::string& path, DriftSide& side) {
  const auto dimensions = value.find("dimensions");
  if (dimensions == value.end() || !dimensions->is_number_unsigned()) {
    return field_error(join_path(path, "dimensions"), "must be a whole number");
  }
  side.rows.dimensions = dimensions->get<std::size_t>();
  if (side.rows.dimensions == 0 || side.rows.dimensions > kMaxBuckets) {
    return field_error(join_path(path, "dimensions"), "must be 1 to " + std::to_string(kMaxBuckets));
  }
  RCA_ASSIGN(side.rows.values, numbers_field(value, "values", path, kMaxRows * side.rows.dimensions));
  if (side.rows.values.size() % side.rows.dimensions != 0) {
    return field_error(join_path(path, "values"), "must be whole rows of " + std::to_string(side.rows.dimensions));
  }
  return {};
}

rca::Result<void> read_signal(const json& value, const std::string& path, GoldenDataset& dataset) {
  if (!value.is_object()) return field_error(path, "must be an object, not " + std::string(json_type(value)));
  RCA_ASSIGN(std::string signal, text_field(value, "signal", path, kMaxTextBytes, true));
  RCA_ASSIGN(std::string entity, text_field(value, "entity", path, kMaxTextBytes, true));
  RCA_ASSIGN(const std::string kind, text_field(value, "kind", path, kMaxTextBytes, true));
  DriftSide side;
  if (kind == "histogram") {
    const auto parts = value.find("parts");
    if (parts == value.end() || !parts->is_array()) return field_error(join_path(path, "parts"), "must be a list");
    for (std::size_t i = 0; i < parts->size(); ++i) {
      RCA_TRY(read_part((*parts)[i], join_path(path, "parts") + "[" + std::to_string(i) + "]", dataset.labels, side));
    }
  } else if (kind == "gauge" || kind == "embedding") {
    side.kind = kind == "gauge" ? DriftKind::gauge : DriftKind::embedding;
    RCA_TRY(read_rows(value, path, side));
  } else {
    return field_error(join_path(path, "kind"), "must be histogram, gauge or embedding");
  }
  if (!dataset.signals.emplace(std::make_pair(std::move(signal), std::move(entity)), std::move(side)).second) {
    return field_error(path, "the signal of this entity appears twice");
  }
  return {};
}

rca::Result<std::int64_t> time_field(const json& object, const std::string& key) {
  RCA_ASSIGN(const std::string text, text_field(object, key, "", kMaxTextBytes, true));
  const auto time = parse_time(text);
  if (!time.ok()) return field_error(key, time.error().message);
  return *time;
}

rca::Result<GoldenDataset> parse_golden(std::string_view text, const std::vector<std::string>* labels) {
  RCA_ASSIGN(const json root, parse_json(text));
  if (!root.is_object()) return field_error("", "must be an object, not " + std::string(json_type(root)));
  const auto version = root.find("version");
  if (version == root.end() || !version->is_number_integer() || version->get<std::int64_t>() != kVersion) {
    return field_error("version", "must be " + std::to_string(kVersion) + ", the only one that this program knows");
  }
  GoldenDataset dataset;
  RCA_ASSIGN(dataset.start_ms, time_field(root, "start"));
  RCA_ASSIGN(dataset.end_ms, time_field(root, "end"));
  if (dataset.end_ms <= dataset.start_ms) return field_error("end", "must be after start");
  if (labels != nullptr) {
    dataset.labels = *labels;
  } else if (const auto given = root.find("labels"); given != root.end() && given->is_array()) {
    if (given->size() > kMaxLabels) {
      return rca::Error{rca::ErrorKind::limit, "labels: more than " + std::to_string(kMaxLabels)};
    }
    for (const json& label : *given) {
      if (!label.is_string()) return field_error("labels", "must be a list of texts");
      dataset.labels.push_back(label.get<std::string>());
    }
  }
  const auto signals = root.find("signals");
  if (signals == root.end() || !signals->is_array()) return field_error("signals", "must be a list");
  for (std::size_t i = 0; i < signals->size(); ++i) {
    RCA_TRY(read_signal((*signals)[i], "signals[" + std::to_string(i) + "]", dataset));
  }
  return dataset;
}

}  // namespace

std::string golden_to_json(const GoldenDataset& dataset) {
  json out{{"version", kVersion},
           {"start", format_time(dataset.start_ms)},
           {"end", format_time(dataset.end_ms)},
           {"labels", dataset.labels},
           {"signals", json::array()}};
  for (const auto& [key, side] : dataset.signals) out["signals"].push_back(side_to_json(dataset.labels, key, side));
  return out.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

rca::Result<GoldenDataset> golden_from_json(std::string_view text) {
  return parse_golden(text, nullptr);
}

rca::Result<GoldenDataset> load_golden(const std::string& file, const DriftConfig& config) {
  std::string error;
  const auto text = read_text_file(file, kMaxGoldenBytes, error);
  if (!text) return rca::Error{rca::ErrorKind::io, "the file " + file + " " + error};
  auto dataset = parse_golden(*text, &config.attribution_labels);
  if (!dataset.ok()) return dataset.error().with_context("the file " + file);
  return dataset;
}

std::vector<Diagnostic> check_golden_files(const Config& config) {
  std::vector<Diagnostic> out;
  if (!config.drift.enabled) return out;
  for (std::size_t i = 0; i < config.drift.references.size(); ++i) {
    const DriftReference& reference = config.drift.references[i];
    if (reference.kind != ReferenceKind::pinned) continue;
    const auto dataset = load_golden(reference.file, config.drift);
    if (dataset.ok()) continue;
    out.push_back({config.file, reference.line, "drift.references[" + std::to_string(i) + "].pinned.file",
                   dataset.error().message + "; `rcatool pin` writes it"});
  }
  return out;
}

rca::Result<GoldenDataset> read_golden(const Config& config, const DriftTargets& targets, Sources& sources,
                                       std::int64_t start_ms, std::int64_t end_ms, const std::stop_token& stop) {
  if (end_ms <= start_ms) return rca::Error{rca::ErrorKind::invalid_argument, "the end must be after the start"};
  DriftHistory history(config.drift.max_targets, config.drift.max_parts);
  const DriftReadOptions options{std::max(config.rate_range, config.drift.sample_interval).count(),
                                 config.drift.sample_interval.count()};
  const DriftSlot all = fixed_slot(0);
  DriftSlots read;
  for (const DriftStretch& stretch : stretches_of(0, start_ms, end_ms, kLongestReadMs)) {
    RCA_TRY(read_stretches(targets, {&stretch, 1}, options, sources, end_ms, stop, history));
    read.insert(stretch.slot);
  }
  history.collapse(read, all, kMaxRows);
  GoldenDataset dataset;
  dataset.start_ms = start_ms;
  dataset.end_ms = end_ms;
  dataset.labels = targets.attribution_labels();
  for (const auto& [key, parts] : history.targets()) {
    DriftSide side = drift_side(parts, {all});
    if (!side.empty()) dataset.signals.emplace(std::make_pair(targets.signals()[key.first].name, key.second), side);
  }
  if (dataset.signals.empty()) {
    return rca::Error{rca::ErrorKind::not_found,
                      "the sources have no observation of any signal of drift.signals from " + format_time(start_ms) +
                          " to " + format_time(end_ms)};
  }
  return dataset;
}

}  // namespace exporter
