#include "exporter/signals/catalog.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "exporter/config/text.h"
#include "exporter/config/yaml_tree.h"
#include "exporter/signals/builtin_files.h"
#include "exporter/signals/catalog_parser.h"

namespace exporter {
namespace {

void append(std::vector<Diagnostic>& out, std::vector<Diagnostic> more) {
  std::move(more.begin(), more.end(), std::back_inserter(out));
}

CatalogFile read_builtin(const BuiltinFile& builtin, std::vector<Diagnostic>& out) {
  Diagnostics diagnostics("builtin/" + std::string(builtin.exporter) + ".yml");
  CatalogFile file = parse_catalog_file(builtin.text, diagnostics);
  append(out, diagnostics.take());
  return file;
}

// Events can be counted where the role is a histogram, or a counter that is divided by another.
void check_events(const Config& config, std::size_t slo, const std::string& role, const Catalog& catalog,
                  std::vector<Diagnostic>& out) {
  const Slo& one = config.slos[slo];
  if (one.budgeting != BudgetingMethod::occurrences) return;
  const bool latency = one.sli == SliKind::time_to_first_token || one.sli == SliKind::inter_token_latency ||
                       one.sli == SliKind::end_to_end_latency;
  const SeriesKind wanted = latency ? SeriesKind::histogram : SeriesKind::counter;
  const bool countable = std::any_of(catalog.signals.begin(), catalog.signals.end(), [&](const SignalSpec& spec) {
    return spec.role == role && spec.kind == wanted && (wanted == SeriesKind::histogram || spec.divide_by);
  });
  if (countable) return;
  out.push_back({config.file, one.line, "slos[" + std::to_string(slo) + "].budgeting_method",
                 "no exporter gives the role " + in_quotes(role) + " as " +
                     (wanted == SeriesKind::histogram ? "a histogram" : "a counter that is divided by another") +
                     ", so there are no events to count"});
}

// SLOs of the configuration whose role no file gives. The default SLOs may lack their data.
void check_slos(const Config& config, const Catalog& catalog, std::vector<Diagnostic>& out) {
  std::set<std::string> roles;
  for (const SignalSpec& spec : catalog.signals) {
    if (!spec.internal) roles.insert(spec.role);
  }
  for (std::size_t i = 0; i < config.slos.size(); ++i) {
    const Slo& slo = config.slos[i];
    const std::string role = slo.role.empty() ? std::string(default_role(slo.sli)) : slo.role;
    if (slo.line == 0 || !slo.events.empty()) continue;
    if (roles.contains(role)) {
      check_events(config, i, role, catalog, out);
      continue;
    }
    const std::string near = nearest(role, {roles.begin(), roles.end()});
    out.push_back({config.file, slo.line, "slos[" + std::to_string(i) + "]" + (slo.role.empty() ? "" : ".role"),
                   "the catalogue has no role " + in_quotes(role) +
                       (near.empty() ? "" : ", did you mean " + in_quotes(near) + "?")});
  }
}

// Roles that the configuration names for drift or control charts and that no file gives, or not as what is needed.
void check_monitored_roles(const Config& config, const Catalog& catalog, std::vector<Diagnostic>& out) {
  std::map<std::string, bool> roles;  // → whether a file gives more than a rate
  for (const SignalSpec& spec : catalog.signals) {
    if (!spec.internal) roles[spec.role] |= spec.kind != SeriesKind::counter && !spec.dialect;
  }
  std::vector<std::string> names;
  names.reserve(roles.size());
  for (const auto& [role, distribution] : roles) names.push_back(role);
  const auto check = [&](const std::string& role, int line, const std::string& path, bool distribution) {
    const auto found = roles.find(role);
    if (found == roles.end()) {
      const std::string near = nearest(role, names);
      out.push_back({config.file, line, path,
                     "the catalogue has no role " + in_quotes(role) +
                         (near.empty() ? "" : ", did you mean " + in_quotes(near) + "?")});
    } else if (distribution && !found->second) {
      out.push_back(
          {config.file, line, path,
           "the role " + in_quotes(role) + " is a rate, which has no distribution; histograms and gauges do"});
    }
  };
  for (std::size_t i = 0; config.drift.enabled && i < config.drift.signals.size(); ++i) {
    const DriftSignal& signal = config.drift.signals[i];
    if (signal.line == 0 || !signal.metric.empty()) continue;
    check(signal.name, signal.line, "drift.signals[" + std::to_string(i) + "]", true);
  }
  for (std::size_t i = 0; config.spc.enabled && i < config.spc.lines.size(); ++i) {
    check(config.spc.signals[i], config.spc.lines[i], "spc.signals[" + std::to_string(i) + "]", false);
  }
}

}  // namespace

std::vector<std::string> builtin_exporters() {
  std::vector<std::string> out;
  for (const BuiltinFile& file : builtin_files()) out.emplace_back(file.exporter);
  return out;
}

std::string_view builtin_catalog_text(std::string_view exporter) {
  for (const BuiltinFile& file : builtin_files()) {
    if (file.exporter == exporter) return file.text;
  }
  return {};
}

CatalogResult load_catalog(const Config& config) {
  CatalogResult result;
  Catalog catalog;
  if (config.builtin_catalog) {
    const auto& chosen = config.catalog_exporters;
    for (const BuiltinFile& builtin : builtin_files()) {
      if (chosen.empty() || std::find(chosen.begin(), chosen.end(), builtin.exporter) != chosen.end()) {
        merge_into(catalog, read_builtin(builtin, result.diagnostics));
      }
    }
    for (const std::string& name : chosen) {
      if (!builtin_catalog_text(name).empty()) continue;
      result.diagnostics.push_back(
          {config.file, 0, "catalog.exporters",
           "there is no built-in catalogue " + in_quotes(name) + suggestion(name, builtin_exporters())});
    }
  }
  for (const std::string& path : config.catalog_files) {
    std::string error;
    const auto text = read_text_file(path, kMaxYamlBytes, error);
    if (!text) {
      result.diagnostics.push_back({path, 0, "", error});
      continue;
    }
    Diagnostics diagnostics(path);
    merge_into(catalog, parse_catalog_file(*text, diagnostics));
    append(result.diagnostics, diagnostics.take());
  }
  // Links and roles of files that could not be read would only repeat the mistake.
  if (result.diagnostics.empty()) {
    check_links(catalog, result.diagnostics);
    check_slos(config, catalog, result.diagnostics);
    check_monitored_roles(config, catalog, result.diagnostics);
  }
  if (result.diagnostics.empty()) result.catalog = std::move(catalog);
  return result;
}

CatalogResult parse_catalog(const std::string& text, const std::string& file) {
  CatalogResult result;
  Diagnostics diagnostics(file);
  CatalogFile parsed = parse_catalog_file(text, diagnostics);
  result.diagnostics = diagnostics.take();
  if (!result.diagnostics.empty()) return result;
  // A file that overrides a built-in one may divide by roles of that one.
  Catalog merged;
  for (const BuiltinFile& builtin : builtin_files()) {
    if (builtin.exporter == parsed.exporter) merge_into(merged, read_builtin(builtin, result.diagnostics));
  }
  merge_into(merged, parsed);
  check_links(merged, result.diagnostics);
  if (result.diagnostics.empty()) result.catalog = std::move(parsed.entries);
  return result;
}

CatalogResult check_catalog_file(const std::string& file) {
  std::string error;
  const auto text = read_text_file(file, kMaxYamlBytes, error);
  if (!text) return {std::nullopt, {{file, 0, "", error}}};
  return parse_catalog(*text, file);
}

std::vector<Diagnostic> check_config_file(const std::string& file, const ConfigChecks& checks) {
  ConfigChecks all = checks;
  if (all.known_exporters.empty()) all.known_exporters = builtin_exporters();
  ConfigResult config = load_config(file, all);
  if (!config.config) return config.diagnostics;
  return load_catalog(*config.config).diagnostics;
}

}  // namespace exporter
