// TLS with a private CA and client certificates, through Debian's nginx as front.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "raw_server.h"
#include "read_support.h"
#include "tests/support/certificates.h"
#include "tests/support/server.h"

namespace remote_read_test {
namespace {

using rca::ErrorKind;
using remote_read::Client;
using remote_read::EndpointOptions;
using remote_read::Query;
using test_support::make_authority;
using test_support::make_certificate;

const std::vector<ConstantSeries> kSeries = {{.labels = {{"__name__", "up"}}, .count = 5, .value = 1.0}};

class Tls : public testing::Test {
 protected:
  void SetUp() override {
    const auto made = [](const rca::Result<void>& result) { return result.ok() ? "" : result.error().message; };
    ASSERT_EQ(made(make_authority(dir_, "ca", "/CN=Test CA")), "");
    ASSERT_EQ(made(make_authority(dir_, "other-ca", "/CN=Other CA")), "");
    const auto sign = [&](const std::string& name, const std::string& subject, const std::string& extension) {
      return made(make_certificate(dir_, "ca", name, subject, extension));
    };
    ASSERT_EQ(sign("server", "/CN=localhost", "subjectAltName=IP:127.0.0.1,DNS:localhost"), "");
    ASSERT_EQ(sign("wrong", "/CN=example.org", "subjectAltName=DNS:example.org"), "");
    ASSERT_EQ(sign("client", "/CN=rca", "extendedKeyUsage=clientAuth"), "");
  }

  // nginx with the named certificate in front of a server that answers well; asks for a client certificate if wanted.
  void start(const std::string& certificate, bool client_certificate) {
    const std::string location = "location / { proxy_pass http://127.0.0.1:" + std::to_string(upstream_.port()) + "; }";
    auto started = test_support::start_nginx(
        "server { listen 127.0.0.1:@PORT@ ssl http2; ssl_certificate " + dir_.file(certificate + ".crt") +
            "; ssl_certificate_key " + dir_.file(certificate + ".key") + "; ssl_client_certificate " +
            dir_.file("ca.crt") + "; ssl_verify_client " + (client_certificate ? "on" : "off") + "; " + location + " }",
        {}, "https");
    ASSERT_TRUE(started.ok()) << started.error().message;
    nginx_ = *std::move(started);
  }

  [[nodiscard]] EndpointOptions options() const {
    EndpointOptions options = endpoint(nginx_->url() + "/api/v1/read");
    options.tls.ca_file = dir_.file("ca.crt");
    return options;
  }

  static rca::Result<remote_read::ReadStats> read(const EndpointOptions& options) {
    auto client = Client::create(options);
    if (!client.ok()) return client.error();
    CollectingSink sink;
    const Query queries[] = {query("up", 0, 1'000'000)};
    return (*client)->read(queries, sink);
  }

  static void expect_refused_once(const EndpointOptions& options) {
    const auto result = read(options);
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().kind, ErrorKind::connection) << result.error().message;
    // It would not get better.
    EXPECT_THAT(result.error().message, testing::Not(testing::HasSubstr("attempt"))) << result.error().message;
  }

  const test_support::TempDir dir_;
  RawServer upstream_{[](Connection& connection, int) {
    if (connection.read_request().empty()) return;
    connection.send(http_answer(200, kStreamedHeaders, streamed_frame(kSeries[0])));
  }};
  std::unique_ptr<test_support::Server> nginx_;
};

TEST_F(Tls, ReadsFromAServerOfAPrivateCa) {
  start("server", false);
  const auto result = read(options());
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->samples, 5U);
}

TEST_F(Tls, RefusesAnUnknownCa) {
  start("server", false);
  EndpointOptions options = Tls::options();
  options.tls.ca_file = dir_.file("other-ca.crt");
  expect_refused_once(options);
  options.tls.ca_file = "";
  expect_refused_once(options);
  EXPECT_EQ(upstream_.connections(), 0);
  options.tls.insecure_skip_verify = true;
  const auto result = read(options);
  EXPECT_TRUE(result.ok()) << result.error().message;
}

TEST_F(Tls, RefusesAnotherHostsCertificate) {
  start("wrong", false);
  expect_refused_once(options());
  EXPECT_EQ(upstream_.connections(), 0);
}

TEST_F(Tls, ShowsItsClientCertificate) {
  start("server", true);
  EndpointOptions options = Tls::options();
  const auto without = read(options);
  ASSERT_FALSE(without.ok());
  EXPECT_EQ(without.error().kind, ErrorKind::http_client_error) << without.error().message;  // as nginx says it
  EXPECT_EQ(upstream_.connections(), 0);
  options.tls.cert_file = dir_.file("client.crt");
  options.tls.key_file = dir_.file("client.key");
  const auto with = read(options);
  ASSERT_TRUE(with.ok()) << with.error().message;
  EXPECT_EQ(with->samples, 5U);
}

TEST_F(Tls, PlainHttpServerIsNoTlsServer) {
  upstream_.set_handler([](Connection& connection, int) { connection.send(http_answer(400, {}, "")); });
  EndpointOptions options = endpoint("https://127.0.0.1:" + std::to_string(upstream_.port()) + "/api/v1/read");
  options.retry.max_attempts = 1;
  const auto result = read(options);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().kind, ErrorKind::connection) << result.error().message;
}

}  // namespace
}  // namespace remote_read_test
