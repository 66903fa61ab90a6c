#include "remote_read/read_operation.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "remote_read/sample_response.h"

namespace remote_read {

using rca::Error;
using rca::ErrorKind;
using rca::Result;

namespace {

// Keeps what DeepFlow answers until it is known whether the answer is whole.
class CollectingSink : public SeriesSink {
 public:
  explicit CollectingSink(std::map<rca::Labels, rca::Samples>& series) : series_(series) {}
  void begin(std::size_t /*first_query*/, std::size_t /*count*/) override { series_.clear(); }
  Result<void> on_samples(std::size_t /*query*/, const rca::Labels& labels, rca::SampleView samples) override {
    series_[labels].append(samples);
    return {};
  }

 private:
  std::map<rca::Labels, rca::Samples>& series_;
};

std::size_t queries_per_request(const EndpointOptions& options) {
  return options.dialect == Dialect::prometheus ? static_cast<std::size_t>(options.queries_per_request) : 1;
}

std::string anchored(const std::string& expression) {
  return "^(?:" + expression + ")$";
}

// Matchers that mean for the server what PromQL means by ours.
Query in_dialect(Query query, Dialect dialect) {
  for (Matcher& matcher : query.matchers) {
    const bool negated = matcher.type == Matcher::Type::not_regex;
    if (matcher.type != Matcher::Type::regex && !negated) continue;
    // InfluxDB looks for the expression anywhere in the value. DeepFlow adds anchors without parentheses, so that
    // they bind to the first and last alternative; expressions of word characters and | it takes as a list, rightly
    // and faster, but wrongly if negated.
    const bool is_list = RE2::FullMatch(matcher.value, R"([\w|]+)");
    if (dialect == Dialect::influxdb || (dialect == Dialect::deepflow && (negated || !is_list))) {
      matcher.value = anchored(matcher.value);
    }
  }
  return query;
}

// For messages: what was asked for.
std::string describe(std::span<const Query> queries) {
  std::string text = "query " + excerpt(to_string(queries.front().matchers));
  if (queries.size() > 1) text += " and " + std::to_string(queries.size() - 1) + " more";
  return text;
}

}  // namespace

void SerializedSink::begin(std::size_t first_query, std::size_t count) {
  const std::lock_guard lock(mutex_);
  sink_.begin(first_query, count);
}

Result<void> SerializedSink::on_samples(std::size_t query, const rca::Labels& labels, rca::SampleView samples) {
  const std::lock_guard lock(mutex_);
  Result<void> taken = sink_.on_samples(query, labels, samples);
  if (!taken.ok()) refused_ = true;
  return taken;
}

ReadOperation::ReadOperation(Requester& requester, std::span<const Query> queries, SeriesSink& sink,
                             std::stop_token stop)
    : requester_(requester),
      options_(requester.endpoint().options),
      queries_(queries),
      batch_size_(queries_per_request(options_)),
      sink_(sink),
      usage_(options_.limits),
      budget_(options_.limits.max_bytes),
      relay_(std::move(stop), [this] { stop_.request_stop(); }) {}

Result<ReadStats> ReadOperation::run() {
  const auto start = std::chrono::steady_clock::now();
  const std::size_t batches = (queries_.size() + batch_size_ - 1) / batch_size_;
  const std::size_t threads = std::min(batches, static_cast<std::size_t>(options_.concurrency));
  {
    std::vector<std::jthread> helpers;
    try {
      for (std::size_t i = 1; i < threads; ++i) helpers.emplace_back([this] { work(); });
    } catch (const std::system_error&) {
      // Fewer threads than wished for: those that there are do the work.
    }
    work();
  }
  if (error_) return error_->with_context(requester_.endpoint().label);
  ReadStats stats;
  stats.requests = count_.requests;
  stats.retries = count_.retries;
  stats.bytes = count_.bytes;
  stats.frames = count_.frames;
  stats.series = count_.series;
  stats.samples = count_.samples;
  stats.splits = count_.splits;
  stats.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return stats;
}

void ReadOperation::work() noexcept {
  try {
    for (;;) {
      const std::size_t first = next_batch_.fetch_add(1) * batch_size_;
      if (first >= queries_.size()) return;
      if (stop_.stop_requested()) return fail({ErrorKind::cancelled, "the read was cancelled"});
      Result<void> done = read_batch(first);
      if (!done.ok()) {
        const std::size_t count = std::min(batch_size_, queries_.size() - first);
        return fail(done.error().with_context(describe(queries_.subspan(first, count))));
      }
    }
  } catch (const std::exception& exception) {
    fail({ErrorKind::internal, exception.what()});
  }
}

void ReadOperation::fail(Error error) {
  {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = std::move(error);
  }
  stop_.request_stop();
}

Result<void> ReadOperation::read_batch(std::size_t first) {
  if (options_.dialect == Dialect::deepflow) return read_deepflow_query(first);
  const std::span<const Query> queries = queries_.subspan(first, std::min(batch_size_, queries_.size() - first));
  const bool samples_only = !options_.streamed || options_.dialect == Dialect::influxdb || samples_only_;
  Result<void> done = request(queries, first, samples_only);
  if (done.ok() || samples_only || sink_.refused() || done.error().kind != ErrorKind::unsupported_encoding) return done;
  // The server decodes its own chunks when it answers with samples.
  samples_only_ = true;
  ++count_.retries;
  return request(queries, first, true);
}

Result<void> ReadOperation::request(std::span<const Query> queries, std::size_t first, bool samples_only) {
  constexpr std::array kPreferred = {ResponseType::streamed_xor_chunks, ResponseType::samples};
  std::vector<Query> sent;
  for (const Query& query : queries) sent.push_back(in_dialect(query, options_.dialect));
  const std::string body = build_request(sent, std::span(kPreferred).subspan(samples_only ? 1 : 0));
  Answer::Options options;
  options.queries = queries;
  options.first_query = first;
  options.usage = &usage_;
  options.budget = &budget_;
  options.sink = &sink_;
  options.on_samples = [&](std::string_view response) {
    return decode_sample_response(response, queries, first, usage_, sink_);
  };
  return requester_.with_retries(
      [&] {
        sink_.begin(first, queries.size());
        return attempt(body, options);
      },
      stop_.get_token(), count_.retries);
}

Attempt ReadOperation::attempt(const std::string& body, const Answer::Options& options) {
  Answer answer(options);
  ++count_.requests;
  HttpRequest request{
      options_.url,
      {"Content-Type: application/x-protobuf", "Content-Encoding: snappy", "X-Prometheus-Remote-Read-Version: 0.1.0"},
      body};
  return requester_.send(std::move(request), answer, stop_.get_token(),
                         [&](std::optional<HttpFailure> failure) { return conclude(answer, std::move(failure)); });
}

Attempt ReadOperation::conclude(Answer& answer, std::optional<HttpFailure> failure) {
  count_.bytes += answer.bytes();
  count_.frames += answer.frames();
  // An error's body that broke off still says more than the break.
  if (!failure || (answer.status() >= 300 && failure->error.kind != ErrorKind::cancelled)) {
    Result<void> finished = answer.finish();
    if (finished.ok()) {
      count_.series += answer.stats().series;
      count_.samples += answer.stats().samples;
      return {};
    }
    failure = HttpFailure{std::move(finished).error(), false};
  }
  answer.give_back();
  const bool retry = is_retryable(*failure, answer.status()) && !sink_.refused();
  return {std::move(failure->error), retry};
}

Result<void> ReadOperation::read_deepflow_query(std::size_t index) {
  const Query& query = queries_[index];
  const auto names_metric = [](const Matcher& matcher) {
    return matcher.name == rca::kMetricName && matcher.type == Matcher::Type::equal;
  };
  if (std::none_of(query.matchers.begin(), query.matchers.end(), names_metric)) {
    // It would take the text of an expression for a name, find nothing, and answer so.
    return Error{ErrorKind::invalid_argument, "DeepFlow needs the exact name of a metric"};
  }
  sink_.begin(index, 1);
  const DeepflowLimits limits{.series = static_cast<std::size_t>(options_.deepflow_series_limit)};
  std::uint64_t splits = 0;
  auto series = read_deepflow(
      in_dialect(query, Dialect::deepflow), [&](const Query& part) { return fetch_deepflow(part, index); }, limits,
      splits);
  count_.splits += splits;
  if (!series.ok()) return std::move(series).error();
  for (const auto& [labels, samples] : *series) {
    RCA_TRY(sink_.on_samples(index, labels, samples.view()));
    ++count_.series;
    count_.samples += samples.size();
  }
  return {};
}

Result<DeepflowAnswer> ReadOperation::fetch_deepflow(const Query& part, std::size_t index) {
  Query query = part;
  query.hints.start_ms = query.start_ms;
  query.hints.end_ms = query.end_ms;
  const std::span<const Query> queries(&query, 1);
  const std::string body = build_request(queries, {});
  DeepflowAnswer answer;
  DecodeStats kept;
  Answer::Options options;
  options.queries = queries;
  options.first_query = index;
  options.usage = &usage_;
  options.budget = &budget_;
  options.is_empty_json = &is_deepflow_not_found;
  CollectingSink collect(answer.series);
  options.sink = &collect;
  options.on_samples = [&](std::string_view response) -> Result<DecodeStats> {
    RCA_ASSIGN(const WireCount wire, count_wire(response));
    answer.wire_series = wire.series;
    answer.wire_rows = wire.rows;
    RCA_ASSIGN(kept, decode_sample_response(response, queries, index, usage_, collect));
    return DecodeStats{};  // counted when they are given to the caller's sink
  };
  RCA_TRY(requester_.with_retries(
      [&] {
        answer = {};
        return attempt(body, options);
      },
      stop_.get_token(), count_.retries));
  // What a truncated answer had is read again by its parts; it must not count twice.
  if (answer.wire_series >= static_cast<std::size_t>(options_.deepflow_series_limit) ||
      answer.wire_rows >= DeepflowLimits{}.rows) {
    usage_.give_back(kept.series, kept.samples);
  }
  return answer;
}

}  // namespace remote_read
