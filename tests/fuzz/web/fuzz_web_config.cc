// The file of --web.config.file, and what follows it from the network: an Authorization header.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "exporter/web/auth.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(static_cast<const char*>(static_cast<const void*>(data)), size);
  const auto config = exporter::parse_web_config(text, "web.yml");
  if (!config.ok() && !config.error().message.starts_with("web.yml")) std::abort();
  if (config.ok()) {
    for (const auto& [name, hash] : config->users) {
      if (name.empty() || hash.size() != 60) std::abort();
    }
  }
  // The cheapest cost: this is about the header, not about bcrypt.
  static exporter::Authenticator auth(
      exporter::WebConfig{{{"alice", "$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW"}}});
  if (auth.check(text) == exporter::Authenticator::Verdict::granted &&
      text.find("YWxpY2U6c2VjcmV0") == std::string::npos) {
    std::abort();
  }
  return 0;
}
