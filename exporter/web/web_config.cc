#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "exporter/web/auth.h"

namespace exporter {
namespace {

constexpr std::size_t kMaxConfigBytes = std::size_t{1} << 20;
constexpr std::size_t kMaxUsers = 1000;
constexpr std::size_t kMaxUserBytes = 256;

rca::Error mistake(const std::string& file, const YAML::Mark& mark, const std::string& path,
                   const std::string& sentence) {
  std::string where = file;
  if (!mark.is_null()) where += ":" + std::to_string(mark.line + 1);
  if (!path.empty()) where += ": " + path;
  return {rca::ErrorKind::invalid_argument, where + ": " + sentence};
}

// "$2y$10$" and 53 characters of bcrypt's base 64.
bool is_bcrypt(const std::string& hash) {
  constexpr std::string_view kPrefixes = "abxy";
  if (hash.size() != 60 || !hash.starts_with("$2") || kPrefixes.find(hash[2]) == std::string_view::npos) return false;
  if (hash[3] != '$' || hash[6] != '$') return false;
  const int cost = (hash[4] - '0') * 10 + (hash[5] - '0');
  if (hash[4] < '0' || hash[4] > '3' || hash[5] < '0' || hash[5] > '9' || cost < 4 || cost > 31) return false;
  return std::all_of(hash.begin() + 7, hash.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '/';
  });
}

rca::Result<WebConfig> read_users(const YAML::Node& users, const std::string& file) {
  WebConfig config;
  if (users.IsNull()) return config;
  if (!users.IsMap())
    return mistake(file, users.Mark(), "basic_auth_users", "must be a map of user names to bcrypt hashes");
  if (users.size() > kMaxUsers) {
    return mistake(file, users.Mark(), "basic_auth_users", "holds more than " + std::to_string(kMaxUsers) + " users");
  }
  for (const auto& entry : users) {
    if (!entry.first.IsScalar() || !entry.second.IsScalar()) {
      return mistake(file, entry.first.Mark(), "basic_auth_users", "must be a map of user names to bcrypt hashes");
    }
    const std::string& name = entry.first.Scalar();
    const std::string path = "basic_auth_users." + name.substr(0, kMaxUserBytes);
    if (name.empty() || name.size() > kMaxUserBytes || name.find(':') != std::string::npos) {
      return mistake(file, entry.first.Mark(), path,
                     "is no user name: it must not be empty, too long, or hold a colon");
    }
    if (!is_bcrypt(entry.second.Scalar())) {
      // The value is not repeated: it may be a password.
      return mistake(file, entry.second.Mark(), path,
                     "is not a bcrypt hash ($2y$…); make one with `htpasswd -nBC 10 \"\" | tr -d ':\\n'`");
    }
    if (!config.users.emplace(name, entry.second.Scalar()).second) {
      return mistake(file, entry.first.Mark(), path, "is there twice");
    }
  }
  return config;
}

rca::Result<WebConfig> read_document(const YAML::Node& document, const std::string& file) {
  if (document.IsNull()) return WebConfig{};
  if (!document.IsMap()) return mistake(file, document.Mark(), "", "must be a map with the key basic_auth_users");
  WebConfig config;
  for (const auto& entry : document) {
    const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "";
    if (key == "basic_auth_users") {
      RCA_ASSIGN(config, read_users(entry.second, file));
    } else if (key == "tls_server_config") {
      return mistake(
          file, entry.first.Mark(), key,
          "TLS is not served: the HTTP library that Debian ships cannot. Terminate TLS in front, for example with "
          "nginx or stunnel (deploy/ has configurations for both), and remove this key");
    } else if (key == "http_server_config") {
      return mistake(file, entry.first.Mark(), key, "is not supported: only HTTP/1.1 without extra headers is served");
    } else {
      return mistake(file, entry.first.Mark(), key.substr(0, 64), "is not a known key; known is basic_auth_users");
    }
  }
  return config;
}

}  // namespace

rca::Result<WebConfig> parse_web_config(const std::string& text, const std::string& file_name) {
  try {
    return read_document(YAML::Load(text), file_name);
  } catch (const YAML::Exception& error) {
    return mistake(file_name, error.mark, "", "is not valid YAML: " + error.msg);
  }
}

rca::Result<WebConfig> load_web_config(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kMaxConfigBytes + 1, '\0');
  if (!file) return rca::Error{rca::ErrorKind::io, path + ": cannot be opened"};
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return rca::Error{rca::ErrorKind::io, path + ": cannot be read"};
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kMaxConfigBytes)
    return rca::Error{rca::ErrorKind::invalid_argument, path + ": is larger than 1 MiB"};
  return parse_web_config(text, path);
}

}  // namespace exporter
