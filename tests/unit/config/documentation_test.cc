// docs/configuration.md names every key that the reader knows, and no other.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "exporter/config/config.h"

namespace exporter {
namespace {

std::string source_dir() {
  const char* dir = std::getenv("RCA_SOURCE_DIR");
  return dir == nullptr ? "." : dir;
}

// The reader itself tells which keys a section has, when it meets one that is like none of them.
std::vector<std::string> keys_of(const std::string& yaml) {
  const ConfigResult result = parse_config(yaml, "rca.yml");
  std::vector<std::string> keys;
  for (const Diagnostic& diagnostic : result.diagnostics) {
    constexpr std::string_view kMarker = "unknown key; known are ";
    if (!diagnostic.message.starts_with(kMarker)) continue;
    std::istringstream list(diagnostic.message.substr(kMarker.size()));
    for (std::string key; std::getline(list >> std::ws, key, ',');) keys.push_back(key);
  }
  return keys;
}

// Every key with its section, as the document writes it.
std::set<std::string> all_keys() {
  const std::string zzz = "zzzzzzzzzzzzzzzzzzzz: 1";
  const std::vector<std::pair<std::string, std::string>> sections{
      {"", zzz},
      {"evaluation.", "evaluation: {" + zzz + "}"},
      {"sources[].", "sources: [{" + zzz + "}]"},
      {"sources[].basic_auth.", "sources: [{basic_auth: {" + zzz + "}}]"},
      {"sources[].tls_config.", "sources: [{tls_config: {" + zzz + "}}]"},
      {"sources[].retries.", "sources: [{retries: {" + zzz + "}}]"},
      {"sources[].limits.", "sources: [{limits: {" + zzz + "}}]"},
      {"catalog.", "catalog: {" + zzz + "}"},
      {"entities[].", "entities: [{" + zzz + "}]"},
      {"peer_groups[].", "peer_groups: [{" + zzz + "}]"},
      {"graph.", "graph: {" + zzz + "}"},
      {"graph.calls[].", "graph: {calls: [{" + zzz + "}]}"},
      {"slos[].", "slos: [{" + zzz + "}]"},
      {"slos[].sli.", "slos: [{sli: {" + zzz + "}}]"},
      {"slos[].sli.events.", "slos: [{sli: {events: {" + zzz + "}}}]"},
      {"slos[].sli.histogram.", "slos: [{sli: {histogram: {" + zzz + "}}}]"},
      {"audit.", "audit: {" + zzz + "}"},
      {"incidents.", "incidents: {" + zzz + "}"},
      {"drift.", "drift: {" + zzz + "}"},
      {"drift.signals[].", "drift: {signals: [{" + zzz + "}]}"},
      {"drift.references[].", "drift: {references: [{" + zzz + "}]}"},
      {"drift.references[].same_hour.", "drift: {references: [{same_hour: {" + zzz + "}}]}"},
      {"drift.references[].rolling.", "drift: {references: [{rolling: {" + zzz + "}}]}"},
      {"drift.references[].fixed.", "drift: {references: [{fixed: {" + zzz + "}}]}"},
      {"drift.references[].pinned.", "drift: {references: [{pinned: {" + zzz + "}}]}"},
      {"drift.attribution.", "drift: {attribution: {" + zzz + "}}"},
      {"drift.limits.", "drift: {limits: {" + zzz + "}}"},
      {"spc.", "spc: {" + zzz + "}"},
      {"store.", "store: {" + zzz + "}"},
      {"web.", "web: {" + zzz + "}"}};
  std::set<std::string> keys;
  std::set<std::string> parents;
  for (const auto& [prefix, yaml] : sections) {
    const std::vector<std::string> found = keys_of(yaml);
    EXPECT_FALSE(found.empty()) << prefix;
    for (const std::string& key : found) keys.insert(prefix + key);
    std::string parent = prefix.substr(0, prefix.find_last_not_of(".[]") + 1);
    // `slos[].sli` is a word or a section, and documented as a key.
    if (!parent.empty() && parent != "slos[].sli") parents.insert(parent);
  }
  for (const std::string& parent : parents) EXPECT_EQ(keys.erase(parent), 1U) << parent;
  return keys;
}

TEST(Documentation, NamesEveryKeyAndNoOther) {
  std::ifstream in(source_dir() + "/docs/configuration.md");
  ASSERT_TRUE(in.is_open());
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  std::set<std::string> documented;
  const std::regex row("\n\\| `([a-z_.\\[\\]]+)` \\|");
  for (std::sregex_iterator it(text.begin(), text.end(), row), end; it != end; ++it) documented.insert((*it)[1]);
  EXPECT_EQ(documented, all_keys());
}

TEST(Documentation, TheExampleIsRight) {
  const ConfigResult result = load_config(source_dir() + "/exporter/config/example/rca.yml");
  EXPECT_EQ(to_string(result.diagnostics), "");
}

}  // namespace
}  // namespace exporter
