#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "exporter/web/auth.h"
#include "tests/support/temp_dir.h"

namespace exporter {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kHash = "$2y$10$abcdefghijklmnopqrstuuO0GkXW0pYJdV5rHNSvXnWJcA5yq4q5G";

std::string error_of(const std::string& text) {
  const auto config = parse_web_config(text, "web.yml");
  if (config.ok()) return "no error";
  EXPECT_EQ(config.error().kind, rca::ErrorKind::invalid_argument);
  return config.error().message;
}

TEST(WebConfig, ReadsUsers) {
  const auto config =
      parse_web_config(std::string("basic_auth_users:\n  alice: ") + kHash + "\n  bob: " + kHash + "\n", "f");
  ASSERT_TRUE(config.ok()) << config.error().message;
  EXPECT_EQ(config->users.size(), 2U);
  EXPECT_EQ(config->users.at("alice"), kHash);
}

TEST(WebConfig, NothingMeansNoUsers) {
  for (const char* text : {"", "# nothing\n", "basic_auth_users:\n", "{}"}) {
    const auto config = parse_web_config(text, "f");
    ASSERT_TRUE(config.ok()) << text;
    EXPECT_TRUE(config->users.empty());
  }
}

TEST(WebConfig, RefusesTlsWithTheReason) {
  EXPECT_THAT(
      error_of("tls_server_config:\n  cert_file: a.pem\n"),
      testing::AllOf(HasSubstr("web.yml:1: tls_server_config: TLS is not served"), HasSubstr("nginx or stunnel")));
  EXPECT_THAT(error_of("http_server_config:\n  http2: true\n"), HasSubstr("http_server_config: is not supported"));
}

TEST(WebConfig, NamesFileLineAndKey) {
  EXPECT_THAT(error_of("\nbasic_auth_user: {}\n"), HasSubstr("web.yml:2: basic_auth_user: is not a known key"));
  EXPECT_THAT(error_of("basic_auth_users: [a]\n"), HasSubstr("web.yml:1: basic_auth_users: must be a map"));
  EXPECT_THAT(error_of("- a\n"), HasSubstr("web.yml:1: must be a map"));
  EXPECT_THAT(error_of("a: [\n"), HasSubstr("is not valid YAML"));
  EXPECT_THAT(error_of("basic_auth_users:\n  alice: {}\n"), HasSubstr("must be a map of user names"));
  EXPECT_THAT(error_of(std::string("basic_auth_users:\n  'a:b': ") + kHash), HasSubstr("is no user name"));
  EXPECT_THAT(error_of(std::string("basic_auth_users:\n  a: ") + kHash + "\n  a: " + kHash), HasSubstr("twice"));
}

TEST(WebConfig, RefusesWhatIsNoBcryptHashAndDoesNotRepeatIt) {
  for (std::string hash :
       {"hunter2hunter2", "$2y$10$short", "$6$abc$def", "$2y$99$abcdefghijklmnopqrstuuO0GkXW0pYJdV5rHNSvXnWJcA5yq4q5G",
        "$2q$10$abcdefghijklmnopqrstuuO0GkXW0pYJdV5rHNSvXnWJcA5yq4q5G",
        "$2y$10$abcdefghijklmnopqrstuuO0GkXW0pYJdV5rHNSvXnWJcA5yq4q5!"}) {
    const std::string message = error_of("basic_auth_users:\n  alice: '" + hash + "'\n");
    EXPECT_THAT(message, HasSubstr("web.yml:2: basic_auth_users.alice: is not a bcrypt hash"));
    EXPECT_THAT(message, Not(HasSubstr(hash)));
  }
}

TEST(WebConfig, FilesThatCannotBeRead) {
  const test_support::TempDir dir;
  const auto missing = load_web_config(dir.file("none.yml"));
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().kind, rca::ErrorKind::io);
  EXPECT_THAT(missing.error().message, HasSubstr("none.yml: cannot be opened"));
  const auto large = load_web_config(dir.write("large.yml", std::string(2 << 20, '#')));
  ASSERT_FALSE(large.ok());
  EXPECT_THAT(large.error().message, HasSubstr("larger than 1 MiB"));
  EXPECT_FALSE(load_web_config(dir.path().string()).ok());
  EXPECT_TRUE(load_web_config(dir.write("good.yml", std::string("basic_auth_users:\n  a: ") + kHash)).ok());
}

}  // namespace
}  // namespace exporter
