// What the reader makes of YAML that is wrong, hostile, or only unusual.
#include "exporter/config/yaml_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace exporter {
namespace {

std::string mistakes(const std::string& text) {
  Diagnostics diagnostics("f.yml");
  const YamlNodePtr root = parse_yaml(text, diagnostics);
  EXPECT_EQ(root == nullptr, !diagnostics.empty());
  return to_string(diagnostics.take());
}

TEST(ParseYaml, KeepsLinesOrderAndRepeatedKeys) {
  Diagnostics diagnostics("f.yml");
  const YamlNodePtr root = parse_yaml("# comment\nb: 1\na: [x, 'y']\nb:\n", diagnostics);
  ASSERT_NE(root, nullptr);
  ASSERT_EQ(root->entries.size(), 3U);
  EXPECT_EQ(root->entries[0].key, "b");
  EXPECT_EQ(root->entries[0].line, 2);
  EXPECT_EQ(root->entries[1].value->items[1]->text, "y");
  EXPECT_TRUE(root->entries[1].value->items[1]->quoted);
  EXPECT_EQ(root->entries[1].value->line, 3);
  EXPECT_EQ(root->entries[2].line, 4);
  EXPECT_EQ(root->entries[2].value->kind, YamlNode::Kind::null);
}

TEST(ParseYaml, AnEmptyDocumentIsNull) {
  Diagnostics diagnostics("f.yml");
  for (const char* text : {"", "\n\n", "# only a comment\n", "---\n"}) {
    const YamlNodePtr root = parse_yaml(text, diagnostics);
    ASSERT_NE(root, nullptr) << text;
    EXPECT_EQ(root->kind, YamlNode::Kind::null) << text;
  }
}

TEST(ParseYaml, ASyntaxErrorIsOneDiagnosticWithItsLine) {
  EXPECT_EQ(mistakes("a: 1\nb: [1, 2\nc: 3\n"), "f.yml:3: not valid YAML: end of sequence flow not found");
  EXPECT_THAT(mistakes("a: 1\n\tb: 2\n"), testing::StartsWith("f.yml:2: not valid YAML: "));
  EXPECT_THAT(mistakes("a: *nobody\n"),
              testing::StartsWith("f.yml:1: not valid YAML: the referenced anchor is not defined"));
}

TEST(ParseYaml, RefusesOtherThanText) {
  EXPECT_EQ(mistakes("a: 1\nb: \xff\n"), "f.yml:2: holds a control character, or bytes that are not UTF-8");
  EXPECT_EQ(mistakes(std::string("a: 1\0", 5)), "f.yml:1: holds a control character, or bytes that are not UTF-8");
  EXPECT_EQ(mistakes("a: !ruby/object x\n"), "f.yml:1: the tag \"!ruby/object\" is not supported");
  EXPECT_EQ(mistakes("? [a, b]\n: c\n"), "f.yml:1: a key must be a plain text");
  EXPECT_EQ(mistakes("a: 1\n---\nb: 2\n"), "f.yml:3: a second document starts; the file must hold one");
}

TEST(ParseYaml, BoundsDepth) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_EQ(mistakes(nested(kMaxYamlDepth)), "");
  EXPECT_EQ(mistakes(nested(kMaxYamlDepth + 1)), "f.yml:1: nested deeper than 24 levels");
  EXPECT_EQ(mistakes(std::string(500'000, '[')), "f.yml:1: nested deeper than 24 levels");
  EXPECT_EQ(mistakes(std::string(500'000, '{')), "f.yml:1: nested deeper than 24 levels");
  std::string dashes;
  for (int i = 0; i < 1000; ++i) dashes += "- ";
  EXPECT_EQ(mistakes(dashes + "x"), "f.yml:1: nested deeper than 24 levels");
}

TEST(ParseYaml, BoundsSize) {
  EXPECT_EQ(mistakes(std::string(kMaxYamlBytes + 1, ' ')), "f.yml: is larger than 1048576 bytes");
  std::string many = "[";
  for (std::size_t i = 0; i < kMaxYamlNodes; ++i) many += "1,";
  EXPECT_EQ(mistakes(many + "]"), "f.yml:1: more than 100000 values, aliases expanded");
}

TEST(ParseYaml, AliasesWorkAndBombsDoNot) {
  Diagnostics diagnostics("f.yml");
  const YamlNodePtr root = parse_yaml("a: &x {k: v}\nb: *x\n", diagnostics);
  ASSERT_NE(root, nullptr);
  EXPECT_EQ(root->entries[1].value->entries[0].value->text, "v");
  EXPECT_EQ(root->entries[1].value->line, 2);

  std::string laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
    for (int k = 1; k < 10; ++k) laughs += ", " + last;
    laughs += "]\n";
  }
  EXPECT_EQ(mistakes(laughs), "f.yml:5: more than 100000 values, aliases expanded");
  EXPECT_EQ(mistakes("a: &x [*x]\n"), "f.yml:1: an alias refers to a node that contains it");
}

TEST(ReadTextFile, SaysWhyItCannot) {
  const auto folder = std::filesystem::temp_directory_path() / ("rca_yaml_" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const std::string path = folder / "f";
  std::ofstream(path) << "12345";
  std::string error;
  EXPECT_EQ(read_text_file(path, 5, error), "12345");
  EXPECT_EQ(read_text_file(path, 4, error), std::nullopt);
  EXPECT_EQ(error, "is larger than 4 bytes");
  EXPECT_EQ(read_text_file(path + "x", 4, error), std::nullopt);
  EXPECT_EQ(error, "cannot be opened: No such file or directory");
  EXPECT_EQ(read_text_file(folder, 4, error), std::nullopt);
  EXPECT_EQ(error, "cannot be read: Is a directory");
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace exporter
