// The rules for Loki's ruler. Loki is not there to check LogQL: structure, names and what the catalogue reads of them.
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <set>
#include <string>

#include "exporter/signals/catalog.h"

namespace exporter {
namespace {

YAML::Node rules() {
  const char* dir = std::getenv("RCA_SOURCE_DIR");
  return YAML::LoadFile(std::string(dir == nullptr ? "." : dir) + "/alerts/loki/rca-logs.yml");
}

// Brackets outside quotes and backquotes are closed in the order they were opened.
bool balanced(const std::string& expr) {
  std::string open;
  char quote = 0;
  for (std::size_t i = 0; i < expr.size(); ++i) {
    const char c = expr[i];
    if (quote != 0) {
      if (c == '\\' && quote == '"') ++i;
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '`') {
      quote = c;
    } else if (c == '(' || c == '[' || c == '{') {
      open += c == '(' ? ')' : c == '[' ? ']' : '}';
    } else if (c == ')' || c == ']' || c == '}') {
      if (open.empty() || open.back() != c) return false;
      open.pop_back();
    }
  }
  return quote == 0 && open.empty();
}

TEST(LokiRules, GroupsAndRulesAreWellFormed) {
  std::set<std::string> groups;
  for (const YAML::Node& group : rules()["groups"]) {
    EXPECT_TRUE(groups.insert(group["name"].as<std::string>()).second);
    EXPECT_FALSE(group["interval"].as<std::string>().empty());
    std::set<std::string> records;
    for (const YAML::Node& rule : group["rules"]) {
      const auto record = rule["record"].as<std::string>();
      const auto expr = rule["expr"].as<std::string>();
      EXPECT_TRUE(records.insert(record).second) << record << " twice in one group";
      EXPECT_TRUE(std::all_of(record.begin(), record.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '_' || c == ':';
      })) << record;
      EXPECT_TRUE(balanced(expr)) << expr;
      EXPECT_TRUE(expr.starts_with("sum by (")) << expr;
      EXPECT_NE(expr.find("rate({"), std::string::npos) << expr;
      // A parser would give lines that it cannot read __error__, and the query would fail.
      for (const char* parser : {"| json", "| logfmt", "| regexp", "| pattern"}) {
        EXPECT_EQ(expr.find(parser), std::string::npos) << expr;
      }
      // All but the lines themselves are 0 where there are lines of another sort.
      EXPECT_EQ(expr.find("or 0 * sum by (") == std::string::npos, record == "pod:log_lines:rate1m") << expr;
    }
    EXPECT_EQ(records.size(), 4U);
  }
  EXPECT_EQ(groups.size(), 2U);
}

TEST(LokiRules, TheCatalogueReadsEveryRecordAndNoOther) {
  std::set<std::string> recorded;
  for (const YAML::Node& group : rules()["groups"]) {
    for (const YAML::Node& rule : group["rules"]) recorded.insert(rule["record"].as<std::string>());
  }
  const CatalogResult loki = parse_catalog(std::string(builtin_catalog_text("loki")), "loki.yml");
  ASSERT_TRUE(loki.catalog.has_value());
  std::set<std::string> read;
  for (const SignalSpec& spec : loki.catalog->signals) read.insert(spec.metrics.begin(), spec.metrics.end());
  EXPECT_EQ(recorded, read);
}

// What the ruler groups by must name the entity that the catalogue looks for.
TEST(LokiRules, TheLabelsThatAreKeptNameAnEntity) {
  const CatalogResult loki = parse_catalog(std::string(builtin_catalog_text("loki")), "loki.yml");
  ASSERT_TRUE(loki.catalog.has_value());
  const auto& wanted = loki.catalog->signals.front().entity_labels;
  for (const YAML::Node& group : rules()["groups"]) {
    for (const YAML::Node& rule : group["rules"]) {
      const auto expr = rule["expr"].as<std::string>();
      const std::string kept = expr.substr(0, expr.find(") (rate"));
      EXPECT_TRUE(std::any_of(wanted.begin(), wanted.end(), [&](const std::string& label) {
        return kept.find(" " + label) != std::string::npos;
      })) << kept;
    }
  }
}

}  // namespace
}  // namespace exporter
