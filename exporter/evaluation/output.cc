#include "exporter/evaluation/output.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <set>

namespace exporter::evaluation {
namespace {

using nlohmann::ordered_json;

ordered_json number(double value) {
  return std::isfinite(value) ? ordered_json(value) : ordered_json(nullptr);
}

ordered_json measures(const Measures& values) {
  ordered_json out;
  for (std::size_t i = 0; i < kMeasures; ++i) out[kMeasureNames[i]] = number(values[i]);
  return out;
}

ordered_json failures(const std::vector<Failure>& list) {
  ordered_json out = ordered_json::array();
  for (const Failure& failure : list) out.push_back({{"case", failure.case_id}, {"reason", failure.reason}});
  return out;
}

ordered_json figures(const Figures& figures) {
  ordered_json out;
  out["cases"] = figures.cases;
  out["failed"] = figures.failed;
  out["not_applicable"] = figures.not_applicable;
  for (std::size_t i = 0; i < kMeasures; ++i) out[kMeasureNames[i]] = number(figures.mean[i]);
  out["mrr"] = number(figures.mrr);
  out["seconds_median"] = number(figures.seconds_median);
  out["seconds_p95"] = number(figures.seconds_p95);
  out["chance"] = measures(figures.chance);
  for (std::size_t i = 0; i < kMeasures; ++i) {
    out["interval"][kMeasureNames[i]] = {number(figures.interval[i].low), number(figures.interval[i].high)};
  }
  out["failures"] = failures(figures.failures);
  out["missing"] = ordered_json::object();
  for (const auto& [reason, cases] : figures.missing) out["missing"][reason] = cases;
  return out;
}

ordered_json methods(const DatasetSummary& dataset, bool by_fault) {
  ordered_json out = ordered_json::object();
  for (const MethodSummary& method : dataset.methods) {
    ordered_json& one = out[method.method] = figures(method.all);
    if (!by_fault) continue;
    one["by_fault"] = ordered_json::object();
    for (const auto& [fault, of_fault] : method.by_fault) one["by_fault"][fault] = figures(of_fault);
  }
  return out;
}

std::string fixed(double value, int digits) {
  if (!std::isfinite(value)) return "-";
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.*f", digits, value);
  return buffer.data();
}

std::string share(double value) {
  return fixed(value, 2);
}

// Empty where the number is not known.
std::string csv_number(double value) {
  if (!std::isfinite(value)) return "";
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.9g", value);
  return buffer.data();
}

// Cells with commas, quotes or line breaks are quoted. A cell that a spreadsheet would take for a formula is not: that
// would change the names.
std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

void csv_line(std::string& out, const std::string& dataset, const std::string& method, const std::string& fault,
              const Figures& figures) {
  out += csv_cell(dataset) + "," + csv_cell(method) + "," + csv_cell(fault) + "," + std::to_string(figures.cases) +
         "," + std::to_string(figures.failed) + "," + std::to_string(figures.not_applicable);
  for (const double value : figures.mean) out += "," + csv_number(value);
  out += "," + csv_number(figures.mrr);
  for (const double value : figures.chance) out += "," + csv_number(value);
  for (const rca::Interval& interval : figures.interval)
    out += "," + csv_number(interval.low) + "," + csv_number(interval.high);
  out += "," + csv_number(figures.seconds_median) + "," + csv_number(figures.seconds_p95) + "\n";
}

// Best first; methods without a case last.
std::vector<const MethodSummary*> by_accuracy(const DatasetSummary& dataset) {
  std::vector<const MethodSummary*> out;
  for (const MethodSummary& method : dataset.methods) out.push_back(&method);
  const auto value = [](const MethodSummary* method) {
    const double average = method->all.mean[static_cast<std::size_t>(Measure::avg5)];
    return std::isfinite(average) ? average : -1.0;
  };
  std::stable_sort(out.begin(), out.end(), [&](const auto* a, const auto* b) { return value(a) > value(b); });
  return out;
}

TextTable methods_table(const DatasetSummary& dataset, const std::string& title) {
  TextTable out;
  out.title = title;
  out.head = {"METHOD", "CASES",  "FAILED",           "N/A",  "AC@1", "AC@3", "AC@5", "AVG@5",
              "95 %",   "CHANCE", "SECONDS (MEDIAN)", "(P95)"};
  constexpr auto kAverage = static_cast<std::size_t>(Measure::avg5);
  for (const MethodSummary* method : by_accuracy(dataset)) {
    const Figures& all = method->all;
    std::vector<std::string> row = {method->method, std::to_string(all.cases), std::to_string(all.failed),
                                    std::to_string(all.not_applicable)};
    for (const double value : all.mean) row.push_back(share(value));
    row.push_back(all.cases == 0 ? "-" : share(all.interval[kAverage].low) + "–" + share(all.interval[kAverage].high));
    row.push_back(share(all.chance[kAverage]));
    row.push_back(fixed(all.seconds_median, 5));
    row.push_back(fixed(all.seconds_p95, 5));
    out.rows.push_back(std::move(row));
  }
  return out;
}

TextTable faults_table(const DatasetSummary& dataset) {
  std::set<std::string> faults;
  for (const MethodSummary& method : dataset.methods) {
    for (const auto& [fault, unused] : method.by_fault) faults.insert(fault);
  }
  TextTable out;
  out.title = dataset.name + ", by fault: AC@1 / Avg@5 (cases)";
  out.head = {"METHOD"};
  out.head.insert(out.head.end(), faults.begin(), faults.end());
  for (const MethodSummary* method : by_accuracy(dataset)) {
    std::vector<std::string> row = {method->method};
    for (const auto& [fault, figures] : method->by_fault) {
      row.push_back(figures.cases == 0 ? "-"
                                       : share(figures.mean[0]) + " / " + share(figures.mean[kMeasures - 1]) + " (" +
                                             std::to_string(figures.cases) + ")");
    }
    out.rows.push_back(std::move(row));
  }
  return out;
}

void add_reasons(const std::string& dataset, const std::string& method, const std::string& what,
                 const std::map<std::string, std::size_t>& reasons, TextTable& out) {
  for (const auto& [reason, cases] : reasons) {
    out.rows.push_back({dataset, method, what, std::to_string(cases), reason});
  }
}

// Why methods failed or were not applicable.
TextTable reasons_table(const Summary& summary) {
  TextTable out;
  out.title = "Failures (each counts as a miss) and inputs that are missing (n/a)";
  out.head = {"DATASET", "METHOD", "WHAT", "CASES", "REASON"};
  for (const DatasetSummary& dataset : summary.datasets) {
    for (const MethodSummary& method : dataset.methods) {
      std::map<std::string, std::size_t> failed;
      for (const Failure& failure : method.all.failures) ++failed[failure.reason];
      add_reasons(dataset.name, method.method, "failed", failed, out);
      add_reasons(dataset.name, method.method, "n/a", method.all.missing, out);
    }
  }
  return out;
}

}  // namespace

std::string to_json(const Summary& summary) {
  ordered_json out;
  out["datasets"] = ordered_json::object();
  for (const DatasetSummary& dataset : summary.datasets) out["datasets"][dataset.name] = methods(dataset, true);
  out["overall"] = methods(summary.overall, false);
  out["reading"] = ordered_json::object();
  for (const DatasetSummary& dataset : summary.datasets) out["reading"][dataset.name] = number(dataset.seconds_reading);
  out["skipped"] = failures(summary.skipped);
  // Names come from files: bytes that are not UTF-8 become U+FFFD.
  return out.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::string to_csv(const Summary& summary) {
  std::string out = "dataset,method,fault,cases,failed,not_applicable";
  for (const char* name : kMeasureNames) out += std::string(",") + name;
  out += ",mrr";
  for (const char* name : kMeasureNames) out += std::string(",chance_") + name;
  for (const char* name : kMeasureNames) out += std::string(",") + name + "_low," + name + "_high";
  out += ",seconds_median,seconds_p95\n";
  for (const DatasetSummary& dataset : summary.datasets) {
    for (const MethodSummary& method : dataset.methods) {
      csv_line(out, dataset.name, method.method, "", method.all);
      for (const auto& [fault, figures] : method.by_fault) csv_line(out, dataset.name, method.method, fault, figures);
    }
  }
  for (const MethodSummary& method : summary.overall.methods) csv_line(out, "", method.method, "", method.all);
  return out;
}

std::vector<TextTable> to_tables(const Summary& summary) {
  std::vector<TextTable> out;
  for (const DatasetSummary& dataset : summary.datasets) {
    out.push_back(methods_table(dataset, dataset.name));
    out.push_back(faults_table(dataset));
  }
  if (summary.datasets.size() > 1) out.push_back(methods_table(summary.overall, "All datasets"));
  if (TextTable reasons = reasons_table(summary); !reasons.rows.empty()) out.push_back(std::move(reasons));
  return out;
}

}  // namespace exporter::evaluation
