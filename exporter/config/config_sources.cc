// The section `sources`.
#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>
#include <set>
#include <utility>

#include "exporter/config/sections.h"
#include "exporter/config/text.h"

namespace exporter {
namespace {

using remote_read::EndpointOptions;

constexpr std::size_t kMaxSecretBytes = std::size_t{64} << 10;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string url_part(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return "";
  const std::unique_ptr<char, decltype(&curl_free)> owner(text, curl_free);
  return text;
}

// Reports what is wrong with a URL; gives "host:port" (or "host") for a default name.
std::string check_url(const YamlValue& value, const std::string& text) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url(curl_url(), curl_url_cleanup);
  if (!url) {
    value.error("cannot be checked: out of memory");
    return "";
  }
  if (const CURLUcode code = curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0); code != CURLUE_OK) {
    value.error("not a URL: " + in_quotes(text) + " (" + curl_url_strerror(code) + ")");
    return "";
  }
  const std::string scheme = url_part(url.get(), CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") value.error("the URL must start with http:// or https://");
  if (!url_part(url.get(), CURLUPART_USER).empty() || !url_part(url.get(), CURLUPART_PASSWORD).empty()) {
    value.error("must not hold credentials; use basic_auth");
  }
  if (!url_part(url.get(), CURLUPART_FRAGMENT).empty()) value.error("must not have a fragment (#…)");
  const std::string host = url_part(url.get(), CURLUPART_HOST);
  const std::string port = url_part(url.get(), CURLUPART_PORT);
  return port.empty() ? host : host + ":" + port;
}

// A file that is read later, by the client: its name, when it can be read now.
void read_file_name(YamlMap& map, std::string_view key, std::string& out) {
  std::string name;
  if (!map.read(key, name)) return;
  const auto value = map.find(key);
  std::string path = relative_to(value->diagnostics().file(), name);
  std::string error;
  if (!read_text_file(path, kMaxYamlBytes, error)) {
    value->error("the file " + path + " " + error);
  } else {
    out = std::move(path);
  }
}

void read_basic_auth(const YamlValue& value, EndpointOptions& source) {
  YamlMap map(value);
  const auto username = map.require("username");
  if (const auto text = username ? username->text() : std::nullopt) {
    source.basic_auth_username = *text;
    if (text->find(':') != std::string::npos) username->error("must not hold a colon");
  }
  const bool given = map.read("password", source.basic_auth_password);
  std::string file;
  if (map.read("password_file", file)) {
    const auto at = map.find("password_file");
    if (given) at->error("password is given too; only one of them may be");
    const std::string path = relative_to(value.diagnostics().file(), file);
    std::string error;
    if (auto text = read_text_file(path, kMaxSecretBytes, error)) {
      while (!text->empty() && std::isspace(static_cast<unsigned char>(text->back())) != 0) text->pop_back();
      source.basic_auth_password = std::move(*text);
    } else {
      at->error("the file " + path + " " + error);
    }
  } else if (!given && !map.find("password") && !map.find("password_file")) {
    map.error("password or password_file is missing");
  }
  map.finish();
}

void read_headers(const YamlValue& value, EndpointOptions& source) {
  static constexpr std::array<std::string_view, 8> kOurs{"authorization",     "accept-encoding", "content-encoding",
                                                         "content-length",    "content-type",    "host",
                                                         "transfer-encoding", "user-agent"};
  const YamlMap map(value);
  for (const auto& [name, entry] : map.entries()) {
    const bool token = !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
      return std::isalnum(c) != 0 ||
             std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string::npos;
    });
    const auto text = entry.text();
    if (!token) {
      entry.error("not the name of an HTTP header");
    } else if (std::find(kOurs.begin(), kOurs.end(), lower(name)) != kOurs.end() ||
               lower(name).starts_with("x-prometheus-remote-read")) {
      entry.error("this header is set by the client" +
                  std::string(lower(name) == "authorization" ? "; use basic_auth or bearer_token_file" : ""));
    } else if (text && std::any_of(text->begin(), text->end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; })) {
      entry.error("the value holds a control character");
    } else if (text) {
      source.headers[name] = *text;
    }
  }
}

void read_tls(const YamlValue& value, EndpointOptions& source) {
  YamlMap map(value);
  read_file_name(map, "ca_file", source.tls.ca_file);
  read_file_name(map, "cert_file", source.tls.cert_file);
  read_file_name(map, "key_file", source.tls.key_file);
  map.read("insecure_skip_verify", source.tls.insecure_skip_verify);
  if (map.find("cert_file").has_value() != map.find("key_file").has_value()) {
    map.error("cert_file and key_file belong together; only one of them is given");
  }
  map.finish();
}

void read_retries(const YamlValue& value, EndpointOptions& source) {
  YamlMap map(value);
  constexpr milliseconds kLongest = std::chrono::minutes(10);
  map.read("max_attempts", source.retry.max_attempts, 1, 100);
  map.read("min_backoff", source.retry.min_backoff, milliseconds{1}, kLongest);
  map.read("max_backoff", source.retry.max_backoff, milliseconds{1}, kLongest);
  if (source.retry.min_backoff > source.retry.max_backoff) map.error("min_backoff must not be over max_backoff");
  map.finish();
}

void read_limits(const YamlValue& value, EndpointOptions& source) {
  YamlMap map(value);
  remote_read::Limits& limits = source.limits;
  constexpr std::size_t kMin = 1 << 10;
  map.read_bytes("bytes", limits.max_bytes, kMin, std::size_t{1} << 40U);
  // The frame's length is a promise of the server that memory is taken for.
  map.read_bytes("frame_bytes", limits.max_frame_bytes, kMin, std::size_t{1} << 30U);
  map.read("series", limits.max_series, 1, 100'000'000);
  map.read("samples", limits.max_samples, 1, 100'000'000'000);
  map.finish();
}

EndpointOptions read_source(const YamlValue& item) {
  YamlMap map(item);
  EndpointOptions source;
  std::string host;
  if (const auto url = map.require("url")) {
    if (const auto text = url->text()) {
      source.url = *text;
      host = check_url(*url, *text);
    }
  }
  if (map.read("name", source.name)) {
    if (source.name.size() > 63) map.find("name")->error("must be at most 63 bytes long");
  } else {
    source.name = host;
  }
  if (const auto index = map.read_choice("dialect", {"prometheus", "influxdb", "deepflow"})) {
    constexpr std::array kAll{remote_read::Dialect::prometheus, remote_read::Dialect::influxdb,
                              remote_read::Dialect::deepflow};
    source.dialect = kAll.at(*index);
  }
  if (map.read("streamed", source.streamed) && source.streamed && source.dialect != remote_read::Dialect::prometheus) {
    map.find("streamed")->error("this dialect has no streamed answers; leave the key out");
  }
  if (const auto value = map.find("headers")) read_headers(*value, source);
  if (const auto value = map.find("basic_auth")) read_basic_auth(*value, source);
  read_file_name(map, "bearer_token_file", source.bearer_token_file);
  if (const auto token = map.find("bearer_token_file"); token && map.find("basic_auth")) {
    token->error("basic_auth is given too; only one of them may be");
  }
  if (const auto value = map.find("tls_config")) read_tls(*value, source);
  constexpr milliseconds kLongest = std::chrono::hours(1);
  map.read("timeout", source.timeout, milliseconds{100}, kLongest);
  map.read("connect_timeout", source.connect_timeout, milliseconds{10}, kLongest);
  if (const auto value = map.find("retries")) read_retries(*value, source);
  map.read("concurrency", source.concurrency, 1, 256);
  map.read("queries_per_request", source.queries_per_request, 1, 1000);
  if (const auto value = map.find("limits")) read_limits(*value, source);
  map.finish();
  return source;
}

}  // namespace

void read_sources(const YamlValue& value, Config& config) {
  std::set<std::string> names;
  for (const YamlValue& item : value.items()) {
    EndpointOptions source = read_source(item);
    if (!source.name.empty() && !names.insert(source.name).second) {
      item.error("the source name " + in_quotes(source.name) + " appears twice; give each a name");
    }
    config.sources.push_back(std::move(source));
  }
  if (value.node().kind == YamlNode::Kind::sequence && value.node().items.empty()) {
    value.error("must list at least one source");
  }
}

}  // namespace exporter
