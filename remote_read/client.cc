#include "remote_read/client.h"

#include <curl/curl.h>

#include <atomic>
#include <exception>
#include <utility>

#include "remote_read/build_info.h"
#include "remote_read/read_operation.h"
#include "remote_read/requester.h"

namespace remote_read {

using rca::Error;
using rca::ErrorKind;
using rca::Result;

namespace {

constexpr std::size_t kMaxBuildInfoBytes = std::size_t{64} << 10U;

class WholeBody : public HttpReceiver {
 public:
  Result<void> on_head(const HttpHead& head) override {
    status = head.status;
    return {};
  }
  Result<void> on_body(std::string_view bytes) override {
    if (body.size() + bytes.size() > kMaxBuildInfoBytes) {
      return Error{ErrorKind::limit, "an answer of more than " + std::to_string(kMaxBuildInfoBytes) + " bytes"};
    }
    body += bytes;
    return {};
  }

  int status = 0;
  std::string body;
};

Result<void> check_queries(std::span<const Query> queries) {
  for (std::size_t i = 0; i < queries.size(); ++i) {
    const Query& query = queries[i];
    const std::string name = "query " + std::to_string(i) + " " + excerpt(to_string(query.matchers));
    if (query.matchers.empty()) return Error{ErrorKind::invalid_argument, name + " has no matchers"};
    if (query.start_ms > query.end_ms) {
      return Error{ErrorKind::invalid_argument, name + " starts (" + std::to_string(query.start_ms) +
                                                    ") after its end (" + std::to_string(query.end_ms) + ")"};
    }
  }
  return {};
}

class HttpClient : public Client {
 public:
  explicit HttpClient(Endpoint endpoint) : requester_(std::move(endpoint)) {}

  Result<ReadStats> read(std::span<const Query> queries, SeriesSink& sink, std::stop_token stop) override;
  Result<BuildInfo> build_info(std::stop_token stop) override;
  [[nodiscard]] const EndpointOptions& options() const override { return requester_.endpoint().options; }

 private:
  Attempt ask_build_info(BuildInfo& info, const std::stop_token& stop);

  Requester requester_;
};

Result<ReadStats> HttpClient::read(std::span<const Query> queries, SeriesSink& sink, std::stop_token stop) {
  try {
    if (Result<void> checked = check_queries(queries); !checked.ok()) {
      return checked.error().with_context(requester_.endpoint().label);
    }
    if (queries.empty()) return ReadStats{};
    return ReadOperation(requester_, queries, sink, std::move(stop)).run();
  } catch (const std::exception& exception) {
    return Error{ErrorKind::internal, requester_.endpoint().label + ": " + exception.what()};
  }
}

Result<BuildInfo> HttpClient::build_info(std::stop_token stop) {  // NOLINT(performance-unnecessary-value-param)
  try {
    const std::string context = requester_.endpoint().label + ": build information";
    if (requester_.endpoint().build_info_url.empty()) {
      return Error{ErrorKind::not_found, context + ": the url does not end in /read, so its place is not known"};
    }
    BuildInfo info;
    std::atomic<std::uint64_t> retries{0};
    const Result<void> done = requester_.with_retries([&] { return ask_build_info(info, stop); }, stop, retries);
    if (!done.ok()) return done.error().with_context(context);
    return info;
  } catch (const std::exception& exception) {
    return Error{ErrorKind::internal, requester_.endpoint().label + ": " + exception.what()};
  }
}

Attempt HttpClient::ask_build_info(BuildInfo& info, const std::stop_token& stop) {
  WholeBody answer;
  return requester_.send({requester_.endpoint().build_info_url, {}, std::nullopt}, answer, stop,
                         [&](std::optional<HttpFailure> failure) -> Attempt {
                           const std::string status = "HTTP " + std::to_string(answer.status);
                           if (!failure && answer.status == 200) {
                             Result<BuildInfo> parsed = parse_build_info(answer.body);
                             if (!parsed.ok()) return {std::move(parsed).error()};
                             info = *std::move(parsed);
                             return {};
                           }
                           if (answer.status == 404 || answer.status == 405)
                             return {Error{ErrorKind::not_found, status}};
                           if (!failure) {
                             const ErrorKind kind = answer.status >= 500   ? ErrorKind::http_server_error
                                                    : answer.status >= 400 ? ErrorKind::http_client_error
                                                                           : ErrorKind::unexpected_content;
                             failure = HttpFailure{{kind, status + ": " + excerpt(answer.body)}, false};
                           }
                           const bool retry = is_retryable(*failure, answer.status);
                           return {std::move(failure->error), retry};
                         });
}

}  // namespace

Result<std::unique_ptr<Client>> Client::create(EndpointOptions options) {
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (initialised != CURLE_OK) return Error{ErrorKind::internal, "libcurl cannot be initialised"};
  try {
    RCA_ASSIGN(Endpoint endpoint, check_endpoint(std::move(options)));
    return std::unique_ptr<Client>(std::make_unique<HttpClient>(std::move(endpoint)));
  } catch (const std::exception& exception) {
    return Error{ErrorKind::internal, exception.what()};
  }
}

}  // namespace remote_read
