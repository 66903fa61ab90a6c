#include "query_api.h"

#include <snappy.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "remote_read/remote.pb.h"
#include "tests/support/http.h"

namespace remote_read_test {

using nlohmann::json;
using rca::Error;
using rca::ErrorKind;
using rca::Labels;
using rca::Result;

namespace {

double number(const json& text) {
  return std::strtod(text.get<std::string>().c_str(), nullptr);  // "NaN" and "+Inf" too; exact
}

std::int64_t milliseconds(const json& seconds) {
  return std::llround(seconds.get<double>() * 1000);
}

ApiHistogram histogram(const json& sample) {
  ApiHistogram out;
  out.time = milliseconds(sample[0]);
  out.count = number(sample[1]["count"]);
  out.sum = number(sample[1]["sum"]);
  for (const json& bucket : sample[1].value("buckets", json::array())) {
    out.buckets.emplace_back(number(bucket[2]), number(bucket[3]));
  }
  return out;
}

bool same(double a, double b, bool zero_sign_lost) {
  if (zero_sign_lost && a == 0 && b == 0) return true;
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) || (std::isnan(a) && std::isnan(b));
}

rca::Samples without_stale(const rca::Samples& samples) {
  rca::Samples out;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (!rca::is_stale(samples.values[i])) out.push_back(samples.times[i], samples.values[i]);
  }
  return out;
}

// A series by another name, with one more label if `le` is given.
Labels renamed(Labels labels, const std::string& suffix, const std::string& le = {}) {
  rca::set_label(labels, "__name__", std::string(rca::label_value(labels, "__name__")) + suffix);
  if (!le.empty()) rca::set_label(labels, "le", le);
  return labels;
}

// Prometheus takes its bounds from a table that is the last digit off here and there (2^-0.5 as 0.7071067811865475).
double rounded(double bound) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.12g", bound);
  return std::strtod(text.data(), nullptr);
}

double observations_up_to(const ApiHistogram& histogram, double bound) {
  double sum = 0;
  for (const auto& [upper, count] : histogram.buckets) {
    if (rounded(upper) <= bound) sum += count;
  }
  return sum;
}

class Comparison {
 public:
  Comparison(const SeriesMap& got, bool zero_sign_lost) : zero_sign_lost_(zero_sign_lost) {
    for (const auto& [labels, samples] : got) {
      rca::Samples kept = without_stale(samples);
      if (kept.size() > 0) got_[labels] = std::move(kept);
    }
  }

  void expect(const Labels& labels, const rca::Samples& want) {
    const auto found = got_.find(labels);
    if (found == got_.end()) return say(labels, "is missing");
    const rca::Samples& have = found->second;
    if (have.size() != want.size()) {
      say(labels, "has " + std::to_string(have.size()) + " samples, not " + std::to_string(want.size()));
    } else {
      for (std::size_t i = 0; i < have.size(); ++i) {
        if (have.times[i] == want.times[i] && same(have.values[i], want.values[i], zero_sign_lost_)) continue;
        say(labels, "has " + std::to_string(have.values[i]) + " at " + std::to_string(have.times[i]) + ", not " +
                        std::to_string(want.values[i]) + " at " + std::to_string(want.times[i]));
        break;
      }
    }
    got_.erase(found);
  }

  // Every bucket series that there is says how many observations are up to its bound; every bound that is not empty
  // has one.
  void expect_histograms(const Labels& labels, const std::vector<ApiHistogram>& histograms) {
    rca::Samples count;
    rca::Samples sum;
    for (const ApiHistogram& at : histograms) {
      count.push_back(at.time, at.count);
      sum.push_back(at.time, at.sum);
    }
    std::map<double, Labels> series;
    const Labels bucket = renamed(labels, "_bucket");
    for (const auto& [have, samples] : got_) {
      Labels without_le = have;
      std::erase_if(without_le, [](const rca::Label& label) { return label.name == "le"; });
      if (without_le == bucket) {
        series[rounded(std::strtod(std::string(rca::label_value(have, "le")).c_str(), nullptr))] = have;
      }
    }
    for (const auto& [bound, have] : series) {
      rca::Samples want;
      for (const ApiHistogram& at : histograms) {
        want.push_back(at.time, std::isinf(bound) && bound > 0 ? at.count : observations_up_to(at, bound));
      }
      expect(have, want);
    }
    // A histogram that changes its resolution is read at the coarser one, which has not all of the finer one's bounds.
    const bool changes = rca::label_value(labels, "__name__") == "n_changing_seconds";
    if (series.size() < 4) say(bucket, "has few bounds");
    for (const ApiHistogram& at : histograms) {
      if (changes) break;
      for (const auto& [upper, unused] : at.buckets) {
        if (!series.contains(rounded(upper))) return say(bucket, "has no le=" + std::to_string(upper));
      }
    }
    expect(renamed(labels, "_count"), count);
    expect(renamed(labels, "_sum"), sum);
  }

  std::string finish() {
    for (const auto& [labels, samples] : got_) say(labels, "is not in the API's answer");
    return out_.str();
  }

 private:
  void say(const Labels& labels, const std::string& what) {
    constexpr int kFew = 10;
    if (++said_ <= kFew) out_ << rca::to_string(labels) << " " << what << "\n";
  }

  bool zero_sign_lost_;
  SeriesMap got_;
  std::ostringstream out_;
  int said_ = 0;
};

}  // namespace

Result<ApiAnswer> query_api(const std::string& base, const std::string& selector, std::int64_t start_ms,
                            std::int64_t end_ms) {
  const std::string range = std::to_string(end_ms - start_ms) + "ms";
  std::string time = std::to_string(end_ms / 1000) + "." + std::to_string(1000 + end_ms % 1000).substr(1);
  RCA_ASSIGN(const auto response, test_support::http_get(base + "/api/v1/query?time=" + time + "&query=" +
                                                         test_support::url_escape(selector + "[" + range + "]")));
  const json parsed = json::parse(response.body, nullptr, false);
  if (parsed.is_discarded() || parsed.value("status", "") != "success") {
    return Error{ErrorKind::unexpected_content, response.body.substr(0, 500)};
  }
  ApiAnswer answer;
  for (const json& series : parsed["data"]["result"]) {
    Labels labels;
    for (const auto& [name, value] : series["metric"].items()) rca::set_label(labels, name, value.get<std::string>());
    for (const json& sample : series.value("values", json::array())) {
      answer.samples[labels].push_back(milliseconds(sample[0]), number(sample[1]));
    }
    for (const json& sample : series.value("histograms", json::array())) {
      answer.histograms[labels].push_back(histogram(sample));
    }
  }
  return answer;
}

Result<void> remote_write(const std::string& base, const std::vector<WriteSeries>& series) {
  // prompb.WriteRequest holds its series as prompb.QueryResult does.
  remote_read::wire::QueryResult request;
  for (const WriteSeries& one : series) {
    auto& to = *request.add_timeseries();
    for (const rca::Label& label : one.labels) {
      auto& wire = *to.add_labels();
      wire.set_name(label.name);
      wire.set_value(label.value);
    }
    for (std::size_t i = 0; i < one.samples.size(); ++i) {
      auto& sample = *to.add_samples();
      sample.set_timestamp(one.samples.times[i]);
      sample.set_value(one.samples.values[i]);
    }
    if (!to.MergeFromString(one.histograms)) return Error{ErrorKind::malformed, "histograms"};
  }
  const std::string plain = request.SerializeAsString();
  test_support::HttpRequest http;
  snappy::Compress(plain.data(), plain.size(), &http.body);
  http.url = base;
  http.method = "POST";
  http.headers = {"Content-Type: application/x-protobuf", "Content-Encoding: snappy",
                  "X-Prometheus-Remote-Write-Version: 0.1.0"};
  RCA_ASSIGN(const auto response, test_support::http(http));
  if (response.status / 100 != 2) {
    return Error{ErrorKind::unexpected_content, "HTTP " + std::to_string(response.status) + " " + response.body};
  }
  return {};
}

std::string differences(const SeriesMap& got, const ApiAnswer& api, bool zero_sign_lost) {
  Comparison comparison(got, zero_sign_lost);
  for (const auto& [labels, samples] : api.samples) comparison.expect(labels, samples);
  for (const auto& [labels, histograms] : api.histograms) comparison.expect_histograms(labels, histograms);
  return comparison.finish();
}

}  // namespace remote_read_test
