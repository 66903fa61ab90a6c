#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "exporter/web/server.h"

namespace exporter {
namespace {

using testing::HasSubstr;

TEST(ListenAddress, HostAndPort) {
  for (const auto& [text, host, port] : {std::tuple(":9877", "", 9877),
                                         {"127.0.0.1:9877", "127.0.0.1", 9877},
                                         {"0.0.0.0:0", "0.0.0.0", 0},
                                         {"localhost:65535", "127.0.0.1", 65535}}) {
    const auto address = parse_listen_address(text);
    ASSERT_TRUE(address.ok()) << text;
    EXPECT_EQ(address->host, host);
    EXPECT_EQ(address->port, port);
  }
}

std::string error_of(const std::string& text) {
  const auto address = parse_listen_address(text);
  if (address.ok()) return "no error";
  EXPECT_EQ(address.error().kind, rca::ErrorKind::invalid_argument);
  return address.error().message;
}

TEST(ListenAddress, RefusesWhatItCannotServeWithAReason) {
  EXPECT_THAT(error_of("[::1]:9877"), HasSubstr("IPv6 is not served"));
  EXPECT_THAT(error_of("::1:9877"), HasSubstr("IPv6 is not served"));
  EXPECT_THAT(error_of(":9877s"), HasSubstr("terminate TLS in front"));
  EXPECT_THAT(error_of("127.0.0.1:9877r"), HasSubstr("terminate TLS in front"));
}

TEST(ListenAddress, RefusesWhatIsNone) {
  for (const char* text : {"", "9877", "127.0.0.1", "127.0.0.1:", ":65536", ":-1", ":+1", ": 9877", ":98 77",
                           ":99999999999", "example.org:9877", "127.0.0:1", "256.0.0.1:1", "127.0.0.1,9877:1"}) {
    EXPECT_THAT(error_of(text), HasSubstr("listen address '" + std::string(text) + "'"));
  }
}

}  // namespace
}  // namespace exporter
