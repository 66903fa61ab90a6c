// Basic authentication by a web configuration file as the Prometheus exporter toolkit has it
// (https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md):
//   basic_auth_users:
//     alice: $2y$10$…   # bcrypt
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "common/result.h"

namespace exporter {

struct WebConfig {
  std::map<std::string, std::string> users;  // name → bcrypt hash
};

// Errors (invalid_argument, naming file, line and key; io): not YAML, unknown key, a hash that is not bcrypt, and
// `tls_server_config` and `http_server_config`, with the reason: this server speaks plain HTTP/1.1 only.
rca::Result<WebConfig> load_web_config(const std::string& path);
rca::Result<WebConfig> parse_web_config(const std::string& text, const std::string& file_name);

// Thread-safe.
class Authenticator {
 public:
  enum class Verdict {
    granted,
    denied,
    busy,  // too many unknown credentials are being checked at once; try again later
  };

  explicit Authenticator(WebConfig config);

  // Whether users are configured at all; without any everybody is granted.
  [[nodiscard]] bool enabled() const { return !config_.users.empty(); }

  // `header` is the value of the request's Authorization header, "" when there is none. bcrypt runs once per user
  // and password; a password that it took is known again by a salted digest, one per user. It takes as long for a user
  // that does not exist.
  Verdict check(std::string_view header);

 private:
  [[nodiscard]] bool known(const std::string& user, const std::string& password);

  WebConfig config_;
  std::string salt_;                             // of the digests, made anew for each process
  std::mutex mutex_;                             // guards verified_
  std::map<std::string, std::string> verified_;  // user → digest of the password that bcrypt took
  std::mutex bcrypt_mutex_;                      // one bcrypt at a time: it is meant to be expensive
  std::atomic<int> waiting_{0};
};

}  // namespace exporter
