// Every way in which a server or the network can fail: the right kind of error, nothing half done, bounded memory, and
// the next read works.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "raw_server.h"
#include "read_support.h"
#include "reader.h"
#include "tests/support/server.h"

namespace remote_read_test {
namespace {

using rca::ErrorKind;
using remote_read::Client;
using remote_read::EndpointOptions;
using testing::HasSubstr;
using testing::Not;

// Takes a request and sends the answer without its last bytes.
void answer_without_the_last(std::size_t bytes, Connection& connection) {
  connection.read_request();
  const std::string answer = http_answer(200, kStreamedHeaders, streamed_body());
  connection.send(answer.substr(0, answer.size() - bytes));
}

TEST(Misbehaving, NothingListens) {
  const int port = test_support::free_port();
  EndpointOptions options = endpoint("http://127.0.0.1:" + std::to_string(port) + "/api/v1/read");
  const auto client = *Client::create(options);
  const remote_read::Query queries[] = {query("up", 0, 1'000'000)};
  CollectingSink sink;
  const auto result = client->read(queries, sink);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().kind, ErrorKind::connection);
  EXPECT_THAT(result.error().message, HasSubstr("endpoint 'test' (" + options.url + ")"));
  EXPECT_THAT(result.error().message, HasSubstr("attempt 3 of 3"));
  const RawServer server(&answer_well, port);
  EXPECT_TRUE(client->read(queries, sink).ok());
}

TEST(Misbehaving, NameIsNotResolved) {
  EndpointOptions options = endpoint("http://no-such-host.invalid/api/v1/read");
  options.retry.max_attempts = 1;
  CollectingSink sink;
  const remote_read::Query queries[] = {query("up", 0, 1)};
  const auto result = (*Client::create(options))->read(queries, sink);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().kind, ErrorKind::connection) << result.error().message;
}

TEST(Misbehaving, NoAnswerInTime) {
  RawServer server([](Connection& connection, int) { connection.wait_for_close(); });
  Reader reader(server);
  reader.options.timeout = std::chrono::milliseconds(50);
  reader.options.retry.max_attempts = 2;
  EXPECT_EQ(reader.kind(), ErrorKind::timeout);
  EXPECT_EQ(server.connections(), 2);
  reader.options.timeout = std::chrono::seconds(60);
  reader.client.reset();
  reader.expect_recovery(server);
}

TEST(Misbehaving, StopsInTheMiddleOfTheBody) {
  RawServer server([](Connection& connection, int) {
    answer_without_the_last(5, connection);
    connection.wait_for_close();
  });
  Reader reader(server);
  reader.options.timeout = std::chrono::milliseconds(200);
  reader.options.retry.max_attempts = 1;
  EXPECT_EQ(reader.kind(), ErrorKind::timeout);
}

TEST(Misbehaving, ClientErrorIsQuotedAndNotRetried) {
  // Prometheus says that its sample limit was reached by a 400 with a plain text that is labelled snappy.
  RawServer server(reply(http_answer(400, {"Content-Encoding: snappy", "Content-Type: application/x-protobuf"},
                                     "exceeded sample limit (50)\n")));
  Reader reader(server);
  EXPECT_EQ(reader.kind(), ErrorKind::http_client_error);
  EXPECT_THAT(reader.message, HasSubstr("HTTP 400: exceeded sample limit (50)"));
  EXPECT_EQ(server.connections(), 1);
  reader.expect_recovery(server);
}

TEST(Misbehaving, ServerErrorIsRetriedThenReported) {
  RawServer server(reply(http_answer(503, {"Content-Type: text/plain"}, "busy\x1b[31m\n")));
  Reader reader(server);
  EXPECT_EQ(reader.kind(), ErrorKind::http_server_error);
  EXPECT_THAT(reader.message, HasSubstr("HTTP 503: busy?[31m"));
  EXPECT_EQ(server.connections(), 3);
  reader.expect_recovery(server);
}

TEST(Misbehaving, TooManyRequestsWaitsAsToldButNotForEver) {
  RawServer server([](Connection& connection, int number) {
    if (number > 0) return answer_well(connection, number);
    connection.read_request();
    connection.send(http_answer(429, {"Retry-After: 3600"}, "slow down"));
  });
  Reader reader(server);
  const auto result = reader.read();
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->retries, 1U);
  EXPECT_EQ(result->requests, 2U);
  EXPECT_EQ(reader.sink.begins(), 2U);
}

TEST(Misbehaving, HtmlAndJsonAreNoAnswers) {
  RawServer server(reply(http_answer(200, {"Content-Type: text/html"}, "<html>\r\n <b>Sign in</b>")));
  Reader reader(server);
  EXPECT_EQ(reader.kind(), ErrorKind::unexpected_content);
  EXPECT_THAT(reader.message, HasSubstr("content type 'text/html'"));
  EXPECT_THAT(reader.message, HasSubstr("<html> <b>Sign in</b>"));
  server.set_handler(reply(http_answer(200, {"Content-Type: application/json"}, "null")));
  EXPECT_EQ(reader.kind(), ErrorKind::unexpected_content);
  server.set_handler(reply(http_answer(200, {"Content-Type: application/x-protobuf", "Content-Encoding: gzip"}, "x")));
  EXPECT_EQ(reader.kind(), ErrorKind::unexpected_content);
  server.set_handler(reply(http_answer(200, {"Content-Type: application/x-streamed-protobuf; proto=other"}, "x")));
  EXPECT_EQ(reader.kind(), ErrorKind::unexpected_content);
  server.set_handler(reply("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"));
  EXPECT_EQ(reader.kind(), ErrorKind::unexpected_content);
  server.set_handler(reply("SSH-2.0-OpenSSH_9.2\r\n"));
  EXPECT_EQ(reader.kind(), ErrorKind::unexpected_content) << reader.message;
  EXPECT_EQ(server.connections(), 6);
  reader.expect_recovery(server);
}

TEST(Misbehaving, RedirectsAreNotFollowed) {
  RawServer other(&answer_well);
  RawServer server(reply(http_answer(307, {"Location: " + other.url() + "?a=\x01"}, "")));
  Reader reader(server);
  reader.options.basic_auth_username = "user";
  reader.options.basic_auth_password = "secret";
  EXPECT_EQ(reader.kind(), ErrorKind::unexpected_content);
  EXPECT_THAT(reader.message, HasSubstr("HTTP 307 redirects to '" + other.url()));
  EXPECT_THAT(reader.message, Not(HasSubstr("secret")));
  EXPECT_EQ(other.connections(), 0);
  reader.expect_recovery(server);
}

// A streamed answer whose announced length does not arrive, cut at every byte.
TEST(Misbehaving, TruncatedStreamWithLength) {
  const std::string answer = http_answer(200, kStreamedHeaders, streamed_body());
  const std::size_t head = answer.find("\r\n\r\n") + 4;
  RawServer server(&answer_well);
  Reader reader(server);
  reader.options.retry.max_attempts = 1;
  for (std::size_t size = head; size < answer.size(); ++size) {
    server.set_handler(reply(answer.substr(0, size)));
    EXPECT_EQ(reader.kind(), ErrorKind::truncated) << size << " " << reader.message;
  }
  reader.expect_recovery(server);
}

TEST(Misbehaving, TruncatedHead) {
  const std::string answer = http_answer(200, kStreamedHeaders, streamed_body());
  const std::size_t head = answer.find("\r\n\r\n") + 4;
  RawServer server(&answer_well);
  Reader reader(server);
  reader.options.retry.max_attempts = 1;
  for (std::size_t size = 0; size < head; ++size) {
    server.set_handler(reply(answer.substr(0, size)));
    EXPECT_FALSE(reader.read().ok()) << size;
  }
  reader.expect_recovery(server);
}

// The same by chunked coding, whose last chunk is missing; a cut between two frames is the interesting one.
TEST(Misbehaving, TruncatedStreamInChunks) {
  std::vector<std::string> headers = kStreamedHeaders;
  std::string head = "HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n" + headers[0] + "\r\n\r\n";
  const std::string chunks = http_chunk(streamed_frame(kSeries[0])) + http_chunk(streamed_frame(kSeries[1])) + "0\r\n";
  RawServer server(&answer_well);
  Reader reader(server);
  reader.options.retry.max_attempts = 1;
  for (std::size_t size = 0; size <= chunks.size(); ++size) {
    server.set_handler(reply(head + chunks.substr(0, size)));
    EXPECT_EQ(reader.kind(), ErrorKind::truncated) << size << " " << reader.message;
  }
  reader.expect_recovery(server);
}

// A proxy that ends a stream properly though its upstream broke off: only the frames can tell.
TEST(Misbehaving, StreamThatEndsInsideAFrame) {
  const std::string body = streamed_body();
  const std::size_t first = streamed_frame(kSeries[0]).size();
  RawServer server(&answer_well);
  Reader reader(server);
  reader.options.retry.max_attempts = 1;
  for (std::size_t size = 1; size < body.size(); ++size) {
    if (size == first) continue;
    server.set_handler(reply(http_answer(200, kStreamedHeaders, body.substr(0, size))));
    EXPECT_EQ(reader.kind(), ErrorKind::truncated) << size << " " << reader.message;
  }
  server.set_handler(reply("HTTP/1.1 200 OK\r\n" + kStreamedHeaders[0] + "\r\n\r\n" + body));
  EXPECT_EQ(reader.kind(), ErrorKind::truncated);
  EXPECT_THAT(reader.message, HasSubstr("neither a length nor chunked"));
  reader.expect_recovery(server);
}

// Prometheus writes an error that it meets in the middle of a stream behind the frames.
TEST(Misbehaving, ErrorTextInsideTheStreamIsQuoted) {
  RawServer server(
      reply(http_answer(200, kStreamedHeaders, streamed_frame(kSeries[0]) + "iterate chunk: no such block\n")));
  Reader reader(server);
  EXPECT_EQ(reader.kind(), ErrorKind::truncated);
  EXPECT_THAT(reader.message, HasSubstr("last bytes read 'iterate chunk: no such block'"));
  server.set_handler(reply(http_answer(200, kStreamedHeaders, streamed_frame(kSeries[0]) + std::string(500, 'a'))));
  EXPECT_EQ(reader.kind(), ErrorKind::checksum);
  EXPECT_THAT(reader.message, HasSubstr("last bytes read 'aaaa"));
  reader.expect_recovery(server);
}

TEST(Misbehaving, TruncatedSamples) {
  const std::string block = samples_block(kSeries);
  const std::string answer = http_answer(200, kSamplesHeaders, block);
  RawServer server(&answer_well);
  Reader reader(server);
  reader.options.retry.max_attempts = 1;
  for (std::size_t missing = 1; missing <= block.size(); missing += 7) {
    server.set_handler(reply(answer.substr(0, answer.size() - missing)));
    EXPECT_EQ(reader.kind(), ErrorKind::truncated) << missing << " " << reader.message;
    server.set_handler(reply(http_answer(200, kSamplesHeaders, block.substr(0, block.size() - missing))));
    EXPECT_EQ(reader.kind(), ErrorKind::malformed) << missing << " " << reader.message;
  }
  server.set_handler(reply(answer));
  ASSERT_TRUE(reader.read().ok());
  EXPECT_EQ(reader.sink.series().size(), 2U);
  reader.expect_recovery(server);
}

TEST(Misbehaving, TruncatedOnceIsReadAgainFromTheBeginning) {
  RawServer server([](Connection& connection, int number) {
    if (number > 0) return answer_well(connection, number);
    answer_without_the_last(1, connection);
  });
  Reader reader(server);
  const auto result = reader.read();
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->retries, 1U);
  EXPECT_EQ(result->series, 2U);
  EXPECT_EQ(result->samples, 125U);
  EXPECT_EQ(reader.sink.begins(), 2U);
}

TEST(Misbehaving, ChecksumMismatchIsRetried) {
  std::string body = streamed_body();
  body.back() = static_cast<char>(body.back() ^ 1);
  RawServer server(reply(http_answer(200, kStreamedHeaders, body)));
  Reader reader(server);
  EXPECT_EQ(reader.kind(), ErrorKind::checksum);
  EXPECT_EQ(server.connections(), 3);
  reader.expect_recovery(server);
}

TEST(Misbehaving, ConnectionReset) {
  RawServer server([](Connection& connection, int) {
    answer_without_the_last(5, connection);
    connection.reset();
  });
  Reader reader(server);
  const ErrorKind kind = reader.kind();
  EXPECT_TRUE(kind == ErrorKind::connection || kind == ErrorKind::truncated) << reader.message;
  EXPECT_EQ(server.connections(), 3);
  reader.expect_recovery(server);
}

TEST(Misbehaving, OversizedFrame) {
  // A frame of 2^56 bytes, and one that is just over the limit.
  RawServer server(reply(http_answer(200, kStreamedHeaders, "\xff\xff\xff\xff\xff\xff\xff\x7f....and so on")));
  Reader reader(server);
  reader.options.limits.max_frame_bytes = streamed_frame(kSeries[1]).size() - 6;
  EXPECT_EQ(reader.kind(), ErrorKind::limit);
  EXPECT_EQ(server.connections(), 1);
  server.set_handler(reply(http_answer(200, kStreamedHeaders, streamed_body())));
  EXPECT_EQ(reader.kind(), ErrorKind::limit);
  EXPECT_EQ(server.connections(), 2);
  reader.options = endpoint(server.url());
  reader.client.reset();
  reader.expect_recovery(server);
}

TEST(Misbehaving, SnappyBomb) {
  // Four bytes that promise 4 GiB, and a block that says more than it holds.
  RawServer server(reply(http_answer(200, kSamplesHeaders, "\xff\xff\xff\xff\x0f...")));
  Reader reader(server);
  EXPECT_EQ(reader.kind(), ErrorKind::limit) << reader.message;
  EXPECT_EQ(server.connections(), 1);
  reader.expect_recovery(server);
}

TEST(Misbehaving, UnknownChunkEncodingIsAskedForAsSamples) {
  std::vector<std::vector<int>> asked;
  RawServer server([&asked](Connection& connection, int number) {
    std::string body;
    connection.read_request(&body);
    asked.push_back(accepted_types(body));
    if (number == 0) {
      connection.send(http_answer(200, kStreamedHeaders, streamed_frame(kSeries[0]) + streamed_frame(kSeries[1], 77)));
    } else {
      connection.send(http_answer(200, kSamplesHeaders, samples_block(kSeries)));
    }
  });
  Reader reader(server);
  const auto result = reader.read();
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->retries, 1U);
  EXPECT_EQ(reader.sink.series().size(), 2U);
  EXPECT_THAT(asked, testing::ElementsAre(testing::ElementsAre(1, 0), testing::ElementsAre(0)));
}

TEST(Misbehaving, UnknownChunkEncodingAllTheTime) {
  RawServer server(reply(http_answer(200, kStreamedHeaders, streamed_frame(kSeries[0], 77))));
  Reader reader(server);
  EXPECT_EQ(reader.kind(), ErrorKind::unsupported_encoding);
  EXPECT_THAT(reader.message, HasSubstr("77"));
  EXPECT_EQ(server.connections(), 2);
  reader.expect_recovery(server);
}

TEST(Misbehaving, EmptyResultIsAResult) {
  RawServer server(reply(http_answer(200, kStreamedHeaders, "")));
  Reader reader(server);
  auto result = reader.read();
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->series, 0U);
  server.set_handler(reply(http_answer(200, kSamplesHeaders, samples_block({}))));
  result = reader.read();
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->samples, 0U);
}

TEST(Misbehaving, AnnouncedTooLong) {
  RawServer server([](Connection& connection, int) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 9000000000\r\n\r\n");
    connection.wait_for_close();  // not a byte of the body: the head alone decides
  });
  Reader reader(server);
  EXPECT_EQ(reader.kind(), ErrorKind::limit);
  EXPECT_THAT(reader.message, HasSubstr("announces 9000000000 bytes"));
  reader.expect_recovery(server);
}

TEST(Misbehaving, MoreSeriesOrSamplesThanPermitted) {
  RawServer server(&answer_well);
  Reader reader(server);
  reader.options.limits.max_series = 1;
  EXPECT_EQ(reader.kind(), ErrorKind::limit);
  reader.options.limits = {};
  reader.options.limits.max_samples = 100;
  reader.client.reset();
  EXPECT_EQ(reader.kind(), ErrorKind::limit);
  EXPECT_EQ(server.connections(), 2);
  reader.options.limits = {};
  reader.client.reset();
  reader.expect_recovery(server);
}

}  // namespace
}  // namespace remote_read_test
