#include "deepflow_server.h"

#include <re2/re2.h>
#include <snappy.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "remote_read/remote.pb.h"
#include "tests/support/server.h"

namespace remote_read_test {

namespace wire = remote_read::wire;

namespace {

std::vector<std::string> alternatives(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find('|', start), text.size());
    out.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return out;
}

std::string anchored(std::string expression) {
  if (!expression.starts_with('^')) expression.insert(0, "^");
  if (!expression.ends_with('$')) expression += '$';
  return expression;
}

// An expression of word characters and | becomes (in)equalities joined by OR, so that a negated one of several
// alternatives holds for everything; others get anchors without parentheses.
bool matches(const wire::LabelMatcher& matcher, const RE2& expression, const std::string& value, bool ignores_regexes) {
  const bool negated = matcher.type() == wire::LabelMatcher::NEQ || matcher.type() == wire::LabelMatcher::NRE;
  if (matcher.type() == wire::LabelMatcher::EQ || matcher.type() == wire::LabelMatcher::NEQ) {
    return (value == matcher.value()) != negated;
  }
  if (ignores_regexes) return true;
  static const RE2 kList(R"([\w|]+)");
  if (RE2::FullMatch(matcher.value(), kList)) {
    const std::vector<std::string> values = alternatives(matcher.value());
    return std::any_of(values.begin(), values.end(), [&](const std::string& v) { return (value == v) != negated; });
  }
  return RE2::PartialMatch(value, expression) != negated;
}

using Expressions = std::vector<std::unique_ptr<RE2>>;  // one for each matcher

bool matches(const wire::Query& query, const Expressions& expressions, const DeepflowSeries& series,
             bool ignores_regexes) {
  for (int i = 0; i < query.matchers_size(); ++i) {
    const wire::LabelMatcher& matcher = query.matchers(i);
    if (matcher.name() == "__name__") continue;
    const auto tag = series.tags.find(matcher.name());
    const std::string value = tag == series.tags.end() ? "" : tag->second;
    if (!matches(matcher, *expressions[static_cast<std::size_t>(i)], value, ignores_regexes)) return false;
  }
  return true;
}

void add_series(const std::string& metric, const DeepflowSeries& from, const std::map<std::int64_t, double>& rows,
                wire::QueryResult& result) {
  auto& series = *result.add_timeseries();
  const auto add = [&series](const std::string& name, const std::string& value) {
    auto& label = *series.add_labels();
    label.set_name(name);
    label.set_value(value);
  };
  for (auto tag = from.tags.rbegin(); tag != from.tags.rend(); ++tag) add(tag->first, tag->second);  // not sorted
  add("__name__", metric);
  for (const auto& [second, value] : rows) {
    auto& sample = *series.add_samples();
    sample.set_timestamp(second * 1000);
    sample.set_value(value);
  }
}

// More than 100 a second are refused: a bucket that leaks at that rate and holds a fifth of a second's worth.
class LeakyBucket {
 public:
  bool acquire() {
    const auto now = std::chrono::steady_clock::now();
    const double passed = std::chrono::duration<double>(now - last_).count();
    last_ = now;
    level_ = std::max(0.0, level_ - passed * 100);
    if (level_ + 1 > 20) return false;
    level_ += 1;
    return true;
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
  double level_ = 0;
};

}  // namespace

DeepflowModel::Answer DeepflowModel::read(const std::string& request, DeepflowRequest* seen) const {
  wire::ReadRequest parsed;
  if (!parsed.ParseFromString(request) || parsed.queries_size() == 0 || !parsed.queries(0).has_hints() ||
      parsed.queries(0).matchers_size() == 0) {
    return {500, "{}", {}};
  }
  const wire::Query& query = parsed.queries(0);  // whatever else is asked is ignored
  const wire::ReadHints& hints = query.hints();
  std::string metric;
  DeepflowRequest note{{}, hints.start_ms(), hints.end_ms(), hints.func(), {}, hints.by()};
  for (const auto& matcher : query.matchers()) {
    if (matcher.name() == "__name__") metric = matcher.value();
    note.matchers.push_back(matcher.name() + " " + std::to_string(matcher.type()) + " " + matcher.value());
  }
  note.grouping = {hints.grouping().begin(), hints.grouping().end()};
  if (seen != nullptr) *seen = note;
  if (metric.find("__") != std::string::npos && (note.grouping.empty() || !note.by || note.func.empty())) {
    return {500, "{}", {}};  // its own metrics are only given aggregated
  }
  const auto found = metrics.find(metric);
  if (found == metrics.end()) return {200, "null", {}};
  const std::int64_t start = hints.start_ms() / 1000;
  const std::int64_t end = (hints.end_ms() + 999) / 1000;
  struct Row {
    std::int64_t second;
    std::size_t series;
    double value;
  };
  std::vector<Row> rows;
  Expressions expressions;
  for (const auto& matcher : query.matchers()) {
    expressions.push_back(std::make_unique<RE2>(anchored(matcher.value()), RE2::Quiet));
  }
  for (std::size_t i = 0; i < found->second.size(); ++i) {
    if (!matches(query, expressions, found->second[i], ignores_regexes)) continue;
    for (const auto& [second, value] : found->second[i].rows) {
      if (second >= start && second <= end) rows.push_back({second, i, value});
    }
  }
  std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.second > b.second; });
  rows.resize(std::min(rows.size(), row_limit));
  std::map<std::size_t, std::map<std::int64_t, double>> kept;
  std::vector<std::size_t> order;
  for (const Row& row : rows) {
    if (!kept.contains(row.series)) {
      if (kept.size() == series_limit) continue;
      order.push_back(row.series);
    }
    kept[row.series].emplace(row.second, row.value);
  }
  wire::ReadResponse response;
  wire::QueryResult& result = *response.add_results();
  for (const std::size_t i : order) add_series(metric, found->second[i], kept[i], result);
  return {200, {}, response.SerializeAsString()};
}

std::map<rca::Labels, rca::Samples> DeepflowModel::truth(const std::string& metric, std::int64_t start_ms,
                                                         std::int64_t end_ms) const {
  std::map<rca::Labels, rca::Samples> out;
  const auto found = metrics.find(metric);
  if (found == metrics.end()) return out;
  for (const DeepflowSeries& series : found->second) {
    rca::Labels labels = {{"__name__", metric}};
    for (const auto& [name, value] : series.tags) rca::set_label(labels, name, value);
    for (const auto& [second, value] : series.rows) {
      if (second * 1000 >= start_ms && second * 1000 <= end_ms) out[labels].push_back(second * 1000, value);
    }
  }
  return out;
}

struct DeepflowServer::State {
  LeakyBucket bucket;
  std::vector<DeepflowRequest> requests;
  int refused = 0;
};

DeepflowServer::DeepflowServer()
    : state_(std::make_unique<State>()), server_([this](Connection& connection, int) { serve(connection); }) {}

DeepflowServer::~DeepflowServer() = default;

void DeepflowServer::serve(Connection& connection) {
  std::string compressed;
  if (connection.read_request(&compressed).empty()) return;
  const std::lock_guard lock(mutex_);
  if (!state_->bucket.acquire()) {
    ++state_->refused;
    connection.send(http_answer(429, {}, ""));
    return;
  }
  std::string request;
  DeepflowModel::Answer answer{500, "{}", {}};
  DeepflowRequest seen;
  if (snappy::Uncompress(compressed.data(), compressed.size(), &request)) answer = model.read(request, &seen);
  state_->requests.push_back(seen);
  if (!answer.json.empty()) {
    connection.send(http_answer(answer.status, {"Content-Type: application/json; charset=utf-8"}, answer.json));
    return;
  }
  std::string block;
  snappy::Compress(answer.response.data(), answer.response.size(), &block);
  connection.send(http_answer(200, {"Content-Type: application/x-protobuf"}, block));  // and no Content-Encoding
}

std::string DeepflowServer::url() const {
  return server_.url("/api/v1/prom/read");
}

std::vector<DeepflowRequest> DeepflowServer::requests() const {
  const std::lock_guard lock(mutex_);
  return state_->requests;
}

int DeepflowServer::refused() const {
  const std::lock_guard lock(mutex_);
  return state_->refused;
}

}  // namespace remote_read_test
