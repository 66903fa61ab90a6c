#include "remote_read/endpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace remote_read {
namespace {

using rca::ErrorKind;
using testing::HasSubstr;

EndpointOptions with_url(const std::string& url) {
  EndpointOptions options;
  options.name = "e";
  options.url = url;
  return options;
}

void expect_invalid(const EndpointOptions& options, const std::string& part,
                    ErrorKind kind = ErrorKind::invalid_argument) {
  const auto checked = check_endpoint(options);
  ASSERT_FALSE(checked.ok()) << part;
  EXPECT_EQ(checked.error().kind, kind);
  EXPECT_THAT(checked.error().message, HasSubstr(part));
  EXPECT_THAT(checked.error().message, HasSubstr("endpoint 'e'"));
}

TEST(Endpoint, TakesHttpUrlsOnly) {
  expect_invalid(with_url(""), "url");
  expect_invalid(with_url("file:///etc/passwd"), "scheme is 'file'");
  expect_invalid(with_url("gopher://h/"), "scheme is 'gopher'");
  expect_invalid(with_url("http://h/#x"), "fragment");
  expect_invalid(with_url("no scheme at all"), "not a URL");
}

TEST(Endpoint, RefusesCredentialsInTheUrlWithoutQuotingThem) {
  const auto checked = check_endpoint(with_url("http://me:secret@h/api/v1/read"));
  ASSERT_FALSE(checked.ok());
  EXPECT_THAT(checked.error().message, testing::Not(HasSubstr("secret")));
  EXPECT_THAT(checked.error().message, HasSubstr("basic_auth"));
}

TEST(Endpoint, FindsTheBuildInformation) {
  const auto url = [](const std::string& read) { return check_endpoint(with_url(read))->build_info_url; };
  EXPECT_EQ(url("http://h:9090/api/v1/read"), "http://h:9090/api/v1/status/buildinfo");
  EXPECT_EQ(url("https://h/prometheus/api/v1/read"), "https://h/prometheus/api/v1/status/buildinfo");
  EXPECT_EQ(url("http://h/api/v1/prom/read?db=x"), "http://h/api/v1/status/buildinfo");
  EXPECT_EQ(url("http://h/other"), "");
}

TEST(Endpoint, KnowsLoopback) {
  const auto loopback = [](const std::string& url) { return check_endpoint(with_url(url))->loopback; };
  EXPECT_TRUE(loopback("http://127.0.0.1:1/read"));
  EXPECT_TRUE(loopback("http://localhost/read"));
  EXPECT_TRUE(loopback("http://[::1]:9090/read"));
  EXPECT_FALSE(loopback("http://10.0.0.1/read"));
  EXPECT_FALSE(loopback("http://prometheus.monitoring.svc/read"));
}

TEST(Endpoint, ChecksHeaders) {
  EndpointOptions options = with_url("http://h/read");
  options.headers = {{"Bad Name", "x"}};
  expect_invalid(options, "Bad Name");
  options.headers = {{"X", "a\r\nInjected: b"}};
  expect_invalid(options, "control characters");
  options.headers = {{"content-ENCODING", "gzip"}};
  expect_invalid(options, "belongs to the protocol");
  options.headers = {{"authorization", "x"}};
  options.basic_auth_username = "u";
  expect_invalid(options, "at most one of");
}

TEST(Endpoint, ChecksFilesAndNumbers) {
  EndpointOptions options = with_url("http://h/read");
  options.tls.ca_file = "/no/such/file";
  expect_invalid(options, "tls.ca_file '/no/such/file'", ErrorKind::io);
  options = with_url("http://h/read");
  options.tls.cert_file = "/etc/hostname";
  expect_invalid(options, "tls.key_file");
  options = with_url("http://h/read");
  options.concurrency = 0;
  expect_invalid(options, "concurrency");
  options = with_url("http://h/read");
  options.retry.max_backoff = std::chrono::milliseconds(1);
  expect_invalid(options, "max_backoff");
  options = with_url("http://h/read");
  options.limits.max_bytes = 0;
  expect_invalid(options, "limits.max_bytes");
}

TEST(RequestHeaders, TakeATrimmedToken) {
  const test_support::TempDir dir;
  EndpointOptions options = with_url("http://h/read");
  options.bearer_token_file = dir.write("token", "  abc.def\r\n\n");
  EXPECT_THAT(*request_headers(options), testing::ElementsAre("Authorization: Bearer abc.def"));
  (void)dir.write("token", " \n");
  EXPECT_EQ(request_headers(options).error().kind, ErrorKind::invalid_argument);
  (void)dir.write("token", "a\nInjected:b");
  EXPECT_EQ(request_headers(options).error().kind, ErrorKind::invalid_argument);
  (void)dir.write("token", std::string(100'000, 'x'));
  EXPECT_EQ(request_headers(options).error().kind, ErrorKind::invalid_argument);
}

TEST(Excerpt, IsOneShortPrintableLine) {
  EXPECT_EQ(excerpt(" a \r\n\t b\x1b[0m\xff "), "a b?[0m?");
  EXPECT_EQ(excerpt("abcdef", 3), "abc...");
  EXPECT_EQ(excerpt(""), "");
}

}  // namespace
}  // namespace remote_read
