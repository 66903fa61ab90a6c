#include "remote_read/build_info.h"

#include <gtest/gtest.h>

namespace remote_read {
namespace {

TEST(ParseBuildInfo, TakesPrometheusVersion) {
  const auto info = parse_build_info(R"({"status":"success","data":{"version":"3.1.0"}})");
  ASSERT_TRUE(info.ok());
  EXPECT_EQ(info->version, "3.1.0");
  EXPECT_EQ(info->major, 3);
}

TEST(ParseBuildInfo, MimirsOwnVersionSaysNothing) {
  const auto info =
      parse_build_info(R"({"status":"success","data":{"application":"Grafana Mimir","version":"2.10.0"}})");
  ASSERT_TRUE(info.ok());
  EXPECT_EQ(info->version, "");
  EXPECT_EQ(info->major, 0);
}

TEST(ParseBuildInfo, RefusesOtherThings) {
  for (const char* text : {"", "<html>", "null", "[]", R"({"status":"error"})", R"({"status":3})"}) {
    const auto info = parse_build_info(text);
    ASSERT_FALSE(info.ok()) << text;
    EXPECT_EQ(info.error().kind, rca::ErrorKind::unexpected_content);
  }
}

}  // namespace
}  // namespace remote_read
