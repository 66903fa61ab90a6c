// What the tests of failures share: a good answer, and a client that must recover.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "raw_server.h"
#include "read_support.h"

namespace remote_read_test {

inline const std::vector<ConstantSeries> kSeries = {
    {.labels = {{"__name__", "up"}, {"job", "a"}}, .count = 5, .value = 1.0},
    {.labels = {{"__name__", "up"}, {"job", "b"}}, .start_ms = 2'000, .count = 120, .value = 0.25}};

inline std::string streamed_body() {
  return streamed_frame(kSeries[0]) + streamed_frame(kSeries[1]);
}

inline void answer_well(Connection& connection, int /*number*/) {
  if (connection.read_request().empty()) return;
  connection.send(http_answer(200, kStreamedHeaders, streamed_body()));
}

// Reads once, with the options changed by `change`.
class Reader {
 public:
  explicit Reader(const RawServer& server) : options(endpoint(server.url())) {}

  rca::Result<remote_read::ReadStats> read() {
    if (!client) client = *remote_read::Client::create(options);
    const remote_read::Query queries[] = {query("up", 0, 1'000'000)};
    return client->read(queries, sink);
  }
  rca::ErrorKind kind() {
    const auto result = read();
    message = result.ok() ? "" : result.error().message;
    return result.ok() ? rca::ErrorKind::internal : result.error().kind;
  }
  // The same client, asked again when the server behaves.
  void expect_recovery(RawServer& server) {
    server.set_handler(&answer_well);
    const auto result = read();
    ASSERT_TRUE(result.ok()) << result.error().message;
    EXPECT_EQ(result->series, 2U);
    EXPECT_EQ(result->samples, 125U);
    EXPECT_EQ(sink.series().size(), 2U);
    EXPECT_EQ(sink.series().begin()->second.times, expected(kSeries).begin()->second.times);
  }

  remote_read::EndpointOptions options;
  std::unique_ptr<remote_read::Client> client;
  CollectingSink sink;
  std::string message;
};

// Answers with `answer` as it stands, then closes.
inline RawServer::Handler reply(std::string answer) {
  return [answer = std::move(answer)](Connection& connection, int) {
    if (!connection.read_request().empty()) connection.send(answer);
  };
}

}  // namespace remote_read_test
