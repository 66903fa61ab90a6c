// One call of Client::read: batches of queries, several requests at once, one sink.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>

#include "remote_read/answer.h"
#include "remote_read/client.h"
#include "remote_read/deepflow.h"
#include "remote_read/request.h"
#include "remote_read/requester.h"

namespace remote_read {

// Lets several threads give to one sink, one call at a time, and remembers that the sink refused.
class SerializedSink : public SeriesSink {
 public:
  explicit SerializedSink(SeriesSink& sink) : sink_(sink) {}
  void begin(std::size_t first_query, std::size_t count) override;
  rca::Result<void> on_samples(std::size_t query, const rca::Labels& labels, rca::SampleView samples) override;
  [[nodiscard]] bool refused() const { return refused_; }

 private:
  std::mutex mutex_;
  SeriesSink& sink_;
  std::atomic<bool> refused_{false};
};

class ReadOperation {
 public:
  // Everything must outlive the operation.
  ReadOperation(Requester& requester, std::span<const Query> queries, SeriesSink& sink, std::stop_token stop);

  // Runs on this thread and on up to concurrency - 1 others, which have ended when it returns.
  rca::Result<ReadStats> run();

 private:
  void work() noexcept;
  rca::Result<void> read_batch(std::size_t first);
  rca::Result<void> request(std::span<const Query> queries, std::size_t first, bool samples_only);
  rca::Result<void> read_deepflow_query(std::size_t index);
  rca::Result<DeepflowAnswer> fetch_deepflow(const Query& query, std::size_t index);
  Attempt attempt(const std::string& body, const Answer::Options& options);
  Attempt conclude(Answer& answer, std::optional<HttpFailure> failure);
  void fail(rca::Error error);

  Requester& requester_;
  const EndpointOptions& options_;
  std::span<const Query> queries_;
  std::size_t batch_size_;
  SerializedSink sink_;
  ReadUsage usage_;
  ByteBudget budget_;
  std::stop_source stop_;                            // ours: asked for by the caller, or when one request has failed
  std::stop_callback<std::function<void()>> relay_;  // of the caller's stop

  std::atomic<std::size_t> next_batch_{0};
  std::atomic<bool> samples_only_{false};  // the server's chunks turned out to be unknown to us
  std::mutex mutex_;
  std::optional<rca::Error> error_;  // the first one
  struct {
    std::atomic<std::uint64_t> requests{0}, retries{0}, bytes{0}, frames{0}, series{0}, samples{0}, splits{0};
  } count_;
};

}  // namespace remote_read
