#include "exporter/web/auth.h"

#include <crypt.h>
#include <sys/random.h>

#include <array>
#include <memory>
#include <optional>
#include <utility>

namespace exporter {
namespace {

// Unknown credentials that may wait for bcrypt at once; each waits on one of the server's threads.
constexpr int kMaxWaiting = 8;
// bcrypt looks at 72 bytes at most; nothing longer is worth hashing.
constexpr std::size_t kMaxPasswordBytes = 1024;
constexpr std::size_t kMaxHeaderBytes = 4096;

int base64_digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

// RFC 4648, padding required.
std::optional<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  std::string out;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    const int digit = base64_digit(c);
    if (digit < 0) return std::nullopt;
    bits = (bits << 6 | static_cast<unsigned>(digit)) & 0xffffff;
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>(bits >> count & 0xff);
    }
  }
  return out;
}

struct Credentials {
  std::string user;
  std::string password;
};

// RFC 7617.
std::optional<Credentials> parse_basic(std::string_view header) {
  constexpr std::string_view kScheme = "basic ";
  if (header.size() > kMaxHeaderBytes || header.size() < kScheme.size()) return std::nullopt;
  for (std::size_t i = 0; i < kScheme.size(); ++i) {
    const char c = header[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != kScheme[i]) return std::nullopt;
  }
  header.remove_prefix(kScheme.size());
  while (header.starts_with(' ')) header.remove_prefix(1);
  const auto decoded = decode_base64(header);
  if (!decoded) return std::nullopt;
  const auto colon = decoded->find(':');
  if (colon == std::string::npos || decoded->find('\0') != std::string::npos) return std::nullopt;
  Credentials credentials{decoded->substr(0, colon), decoded->substr(colon + 1)};
  if (credentials.password.size() > kMaxPasswordBytes) return std::nullopt;
  return credentials;
}

// crypt(3) with the method and salt of `setting`; "" when it refuses.
std::string hash_password(const std::string& password, const std::string& setting) {
  const auto data = std::make_unique<crypt_data>();  // 32 KiB: not for the stack of a server thread
  const char* hash = crypt_r(password.c_str(), setting.c_str(), data.get());
  return hash == nullptr || hash[0] == '*' ? std::string() : std::string(hash);
}

// The time it takes tells nothing but the lengths.
bool equal(const std::string& a, const std::string& b) {
  if (a.size() != b.size()) return false;
  unsigned char difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) difference |= static_cast<unsigned char>(a[i] ^ b[i]);
  return difference == 0;
}

// SHA-256 with few rounds: the digest only lives in this process' memory and has to be cheap for every scrape.
std::string make_salt() {
  constexpr std::string_view kAlphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::array<unsigned char, 16> random{};
  if (getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) return {};
  std::string salt = "$5$rounds=1000$";
  for (const unsigned char byte : random) salt += kAlphabet[byte & 63];
  return salt + "$";
}

}  // namespace

Authenticator::Authenticator(WebConfig config) : config_(std::move(config)), salt_(make_salt()) {}

bool Authenticator::known(const std::string& user, const std::string& password) {
  std::string digest;
  {
    const std::lock_guard lock(mutex_);
    if (const auto it = verified_.find(user); it != verified_.end()) digest = it->second;
  }
  return !digest.empty() && equal(hash_password(password, salt_), digest);
}

Authenticator::Verdict Authenticator::check(std::string_view header) {
  if (!enabled()) return Verdict::granted;
  const auto credentials = parse_basic(header);
  if (!credentials) return Verdict::denied;
  if (known(credentials->user, credentials->password)) return Verdict::granted;

  if (waiting_.fetch_add(1) >= kMaxWaiting) {
    waiting_.fetch_sub(1);
    return Verdict::busy;
  }
  const auto user = config_.users.find(credentials->user);
  // A user that does not exist is compared with another one's hash, so that the answer takes as long.
  const std::string expected = (user != config_.users.end() ? user : config_.users.begin())->second;
  std::string hash;
  {
    const std::lock_guard lock(bcrypt_mutex_);
    hash = hash_password(credentials->password, expected);
  }
  waiting_.fetch_sub(1);
  if (user == config_.users.end() || hash.empty() || !equal(hash, expected)) return Verdict::denied;
  if (!salt_.empty()) {
    std::string digest = hash_password(credentials->password, salt_);
    const std::lock_guard lock(mutex_);
    if (!digest.empty()) verified_[credentials->user] = std::move(digest);
  }
  return Verdict::granted;
}

}  // namespace exporter
