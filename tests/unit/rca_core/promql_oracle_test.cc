// The PromQL subset against answers that Prometheus 2.42 and promtool gave.
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <regex>
#include <vector>

#include "common/labels.h"
#include "rca_core/frame/promql.h"
#include "tests/unit/rca_core/oracle.h"

namespace rca {
namespace {

using nlohmann::json;

struct Series {
  Labels labels;
  Samples samples;
};
using Vector = std::map<Labels, double>;

std::int64_t to_ms(double seconds) {
  return std::llround(seconds * 1000);
}

Labels parse_series_name(const std::string& text) {
  Labels labels;
  const std::size_t brace = text.find('{');
  if (brace != 0) set_label(labels, kMetricName, text.substr(0, brace));
  static const std::regex pair("([a-zA-Z_]+)=\"([^\"]*)\"");
  for (std::sregex_iterator it(text.begin(), text.end(), pair); it != std::sregex_iterator(); ++it) {
    set_label(labels, (*it)[1].str(), (*it)[2].str());
  }
  return labels;
}

std::vector<Series> parse_series(const json& input) {
  std::vector<Series> all;
  for (const json& item : input) {
    Series series;
    if (item.contains("metric")) {
      set_label(series.labels, kMetricName, item["metric"].get<std::string>());
      for (const auto& [name, value] : item["labels"].items()) set_label(series.labels, name, value.get<std::string>());
    } else {
      series.labels = parse_series_name(item["series"].get<std::string>());
    }
    for (const json& sample : item["samples"]) {
      series.samples.push_back(to_ms(sample[0].get<double>()),
                               sample[1] == "stale" ? stale_marker() : oracle::number(sample[1]));
    }
    all.push_back(std::move(series));
  }
  return all;
}

Labels without(Labels labels, std::string_view name) {
  std::erase_if(labels, [&](const Label& label) { return label.name == name; });
  return labels;
}

struct Parsed {
  std::optional<double> quantile;
  std::optional<std::vector<std::string>> by;
  std::string function;  // empty: instant
  std::string metric;
  std::int64_t range_ms = 0;
};

std::int64_t unit_ms(const std::string& unit) {
  return unit == "s" ? 1000 : 60'000;
}

// The part of PromQL that promql.h covers; nothing for other expressions.
std::optional<Parsed> parse(std::string text) {
  Parsed out;
  std::smatch match;
  static const std::regex quantile(R"(histogram_quantile\((NaN|[-0-9.]+), (.*)\))");
  if (std::regex_match(text, match, quantile)) {
    out.quantile = match[1] == "NaN" ? std::nan("") : std::stod(match[1]);
    text = std::string(match[2]);
  }
  static const std::regex sum(R"(sum by \(([a-z, ]+)\) \((.*)\))");
  if (std::regex_match(text, match, sum)) {
    out.by.emplace();
    const std::string names = match[1];
    static const std::regex name("[a-z]+");
    for (std::sregex_iterator it(names.begin(), names.end(), name); it != std::sregex_iterator(); ++it) {
      out.by->push_back(it->str());
    }
    text = std::string(match[2]);
  }
  static const std::regex call(R"(([a-z_]+)\(([a-z0-9_]+)\[(\d+)([ms])\]\))");
  static const std::regex name("[a-z0-9_]+");
  if (std::regex_match(text, match, call)) {
    out.function = match[1];
    out.metric = match[2];
    out.range_ms = std::stoll(match[3]) * unit_ms(match[4]);
    return out;
  }
  if (!std::regex_match(text, name)) return std::nullopt;
  out.metric = text;
  return out;
}

std::optional<RangeFunction> range_function(const std::string& name) {
  static const std::map<std::string, RangeFunction> known = {
      {"rate", RangeFunction::rate},
      {"increase", RangeFunction::increase},
      {"irate", RangeFunction::irate},
      {"delta", RangeFunction::delta},
      {"avg_over_time", RangeFunction::avg_over_time},
      {"max_over_time", RangeFunction::max_over_time},
  };
  const auto it = known.find(name);
  return it == known.end() ? std::nullopt : std::optional(it->second);
}

// NaN means both "no result" and the value NaN here, so neither is in the vector.
std::vector<Vector> evaluate(const Parsed& query, const std::vector<Series>& series, const TimeGrid& grid) {
  std::vector<Vector> rows(static_cast<std::size_t>(grid.rows));
  std::vector<double> column(rows.size());
  for (const Series& one : series) {
    if (label_value(one.labels, kMetricName) != query.metric) continue;
    Labels labels = one.labels;
    if (query.function.empty()) {
      instant_values(one.samples.view(), grid, 300'000, RangeSemantics::closed, column);
    } else {
      range_values(*range_function(query.function), one.samples.view(), grid, query.range_ms, RangeSemantics::closed,
                   column);
      labels = without(std::move(labels), kMetricName);
    }
    if (query.by) {
      std::erase_if(labels, [&](const Label& label) {
        return std::find(query.by->begin(), query.by->end(), label.name) == query.by->end();
      });
    }
    for (std::size_t row = 0; row < rows.size(); ++row) {
      const bool keep_nan = query.quantile && query.function.empty();  // a real NaN among the buckets
      if (std::isnan(column[row]) && !keep_nan) continue;
      rows[row][labels] += column[row];
    }
  }
  return rows;
}

Vector quantiles(double q, const Vector& buckets) {
  std::map<Labels, std::vector<Bucket>> groups;
  for (const auto& [labels, count] : buckets) {
    const std::string bound(label_value(labels, "le"));
    char* end = nullptr;
    const double parsed = bound == "+Inf" ? std::numeric_limits<double>::infinity() : std::strtod(bound.c_str(), &end);
    if (bound.empty() || (end != nullptr && *end != '\0')) continue;
    groups[without(without(labels, "le"), kMetricName)].push_back({parsed, count});
  }
  Vector out;
  for (auto& [labels, group] : groups) out[labels] = histogram_quantile(q, group);
  return out;
}

struct Tally {
  int checked = 0;
  int bit_exact = 0;
  int skipped = 0;
};

void compare(const std::string& what, const Vector& actual, const json& expected, Tally& tally) {
  ++tally.checked;
  bool exact = true;
  for (const json& item : expected) {
    Labels labels;
    if (item.contains("series")) {
      labels = parse_series_name(item["series"].get<std::string>());
    } else {
      for (const auto& [name, value] : item["labels"].items()) set_label(labels, name, value.get<std::string>());
    }
    const double want = oracle::number(item["value"]);
    const auto it = actual.find(labels);
    const double got = it == actual.end() ? std::nan("") : it->second;
    EXPECT_TRUE(oracle::close(got, want, 1e-12, 1e-12))
        << what << " " << to_string(labels) << ": " << got << " instead of " << want;
    exact = exact && (got == want || (std::isnan(got) && std::isnan(want)));
  }
  for (const auto& result : actual) {
    const auto& labels = result.first;
    const double got = result.second;
    if (std::isnan(got)) continue;
    const bool known = std::any_of(expected.begin(), expected.end(), [&](const json& item) {
      return item.contains("series") ? parse_series_name(item["series"].get<std::string>()) == labels
                                     : item["labels"].size() == labels.size();
    });
    EXPECT_TRUE(known) << what << " gives " << to_string(labels) << " = " << got << ", which Prometheus does not";
  }
  tally.bit_exact += exact ? 1 : 0;
}

void check_instant(const std::vector<Series>& series, const json& results, Tally& tally) {
  for (const json& result : results) {
    const std::string text = result["expr"];
    const std::optional<Parsed> query = parse(text);
    const bool computable = query && (query->function.empty() || range_function(query->function)) &&
                            !(query->by && !query->quantile) && result.contains("vector");
    if (!computable) {
      ++tally.skipped;
      continue;
    }
    const TimeGrid grid{to_ms(result["t"].get<double>()), 1000, 1};
    Vector got = evaluate(*query, series, grid)[0];
    if (query->quantile) got = quantiles(*query->quantile, got);
    compare(text + " @ " + result["t"].dump(), got, result["vector"], tally);
  }
}

TEST(PromqlOracle, InstantQueriesOfPrometheus) {
  const auto path = oracle::vectors("11a_promql.json");
  RCA_SKIP_WITHOUT(path);
  Tally tally;
  const json file = oracle::load(path);
  for (const json& item : file["cases"]) {
    if (!item["input"].contains("series")) continue;
    check_instant(parse_series(item["input"]["series"]), item["expected"]["results"], tally);
  }
  EXPECT_GE(tally.checked, 330);
  RecordProperty("checked", tally.checked);
  RecordProperty("bit_exact", tally.bit_exact);
  std::cout << tally.checked << " queries, " << tally.bit_exact << " equal to the last bit, " << tally.skipped
            << " beyond promql.h\n";
}

TEST(PromqlOracle, StalenessAsPromtoolSeesIt) {
  const auto path = oracle::vectors("11b_staleness.json");
  RCA_SKIP_WITHOUT(path);
  Tally tally;
  const json file = oracle::load(path);
  for (const json& item : file["cases"]) {
    check_instant(parse_series(item["input"]["series"]), item["expected"]["results"], tally);
  }
  EXPECT_GE(tally.checked, 150);
  std::cout << tally.checked << " queries, " << tally.bit_exact << " equal to the last bit, " << tally.skipped
            << " beyond promql.h\n";
}

TEST(PromqlOracle, RangeQueriesInOnePass) {
  const auto path = oracle::vectors("11a_promql.json");
  RCA_SKIP_WITHOUT(path);
  const json file = oracle::load(path);
  std::vector<Series> series;
  for (const json& item : file["cases"]) {
    if (!item["input"].contains("series")) continue;
    for (Series& one : parse_series(item["input"]["series"])) series.push_back(std::move(one));
  }
  int points = 0;
  for (const json& item : file["cases"]) {
    if (item["name"] != "query_range") continue;
    for (const json& result : item["expected"]["results"]) {
      const std::optional<Parsed> query = parse(result["expr"]);
      ASSERT_TRUE(query) << result["expr"];
      const std::int64_t start = to_ms(result["start"].get<double>());
      const std::int64_t step = to_ms(result["step"].get<double>());
      const TimeGrid grid{start, step, (to_ms(result["end"].get<double>()) - start) / step + 1};
      std::vector<Vector> rows = evaluate(*query, series, grid);
      std::map<std::int64_t, double> expected;
      ASSERT_EQ(result["matrix"].size(), 1U);
      for (const json& point : result["matrix"][0]["points"]) {
        expected[to_ms(point[0].get<double>())] = oracle::number(point[1]);
      }
      for (std::int64_t row = 0; row < grid.rows; ++row) {
        Vector& got = rows[static_cast<std::size_t>(row)];
        if (query->quantile) got = quantiles(*query->quantile, got);
        const double value = got.empty() ? std::nan("") : got.begin()->second;
        const auto want = expected.find(grid.time_ms(row));
        EXPECT_TRUE(oracle::close(value, want == expected.end() ? std::nan("") : want->second, 1e-12, 1e-12))
            << result["expr"] << " @ " << grid.time_ms(row) << ": " << value;
        points += want != expected.end() ? 1 : 0;
      }
    }
  }
  EXPECT_GE(points, 80);
}

}  // namespace
}  // namespace rca
