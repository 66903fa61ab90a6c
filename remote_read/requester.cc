#include "remote_read/requester.h"

#include <random>
#include <utility>

#include "remote_read/deepflow.h"

namespace remote_read {

using rca::Error;
using rca::ErrorKind;
using rca::Result;

namespace {

Error cancelled() {
  return {ErrorKind::cancelled, "the read was cancelled"};
}

}  // namespace

bool is_retryable(const HttpFailure& failure, int status) {
  if (failure.permanent) return false;
  switch (failure.error.kind) {
    case ErrorKind::connection:
    case ErrorKind::timeout:
    case ErrorKind::http_server_error:
    case ErrorKind::truncated:
    case ErrorKind::checksum: return true;
    case ErrorKind::http_client_error: return status == 429;
    default: return false;
  }
}

Requester::Requester(Endpoint endpoint) : endpoint_(std::move(endpoint)), gate_(endpoint_.options.concurrency) {
  if (endpoint_.options.dialect == Dialect::deepflow) pacer_.emplace(kDeepflowInterval);
}

std::unique_ptr<HttpTransport> Requester::take_transport() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return std::make_unique<HttpTransport>(endpoint_);
  std::unique_ptr<HttpTransport> transport = std::move(idle_.back());
  idle_.pop_back();
  return transport;
}

void Requester::put_transport(std::unique_ptr<HttpTransport> transport) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(transport));
}

Attempt Requester::send(HttpRequest request, HttpReceiver& receiver, const std::stop_token& stop,
                        const std::function<Attempt(std::optional<HttpFailure>)>& conclude) {
  Result<std::vector<std::string>> headers = request_headers(endpoint_.options);
  if (!headers.ok()) return {std::move(headers).error()};
  for (std::string& header : *headers) request.headers.push_back(std::move(header));
  // The place is kept until the answer is decoded, because its body is held until then.
  const Gate::Pass pass = gate_.enter(stop);
  if (!pass || (pacer_ && !pacer_->wait(stop))) return {cancelled()};
  std::unique_ptr<HttpTransport> transport = take_transport();
  std::optional<HttpFailure> failure = transport->perform(request, receiver, stop);
  const std::chrono::seconds retry_after = transport->retry_after();
  put_transport(std::move(transport));
  Attempt attempt = conclude(std::move(failure));
  attempt.retry_after = retry_after;
  return attempt;
}

Result<void> Requester::with_retries(const std::function<Attempt()>& attempt, const std::stop_token& stop,
                                     std::atomic<std::uint64_t>& retries) const {
  const RetryOptions& options = endpoint_.options.retry;
  std::mt19937_64 random(std::random_device{}());
  for (int number = 1;; ++number) {
    Attempt made = attempt();
    if (made.result.ok()) return {};
    if (!made.retry) return made.result;
    if (number >= options.max_attempts) {
      if (number == 1) return made.result;
      return made.result.error().with_context("attempt " + std::to_string(number) + " of " +
                                              std::to_string(options.max_attempts));
    }
    if (!interruptible_sleep(backoff(options, number + 1, made.retry_after, random), stop)) return cancelled();
    ++retries;
  }
}

}  // namespace remote_read
