// Reads typed values out of a YAML tree and reports every mistake with its line and key path.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "exporter/config/yaml_tree.h"

namespace exporter {

// One value and where it stands. Cheap to copy; valid while its tree and its Diagnostics are.
class YamlValue {
 public:
  YamlValue(const YamlNode& node, std::string path, Diagnostics& diagnostics)
      : node_(&node), path_(std::move(path)), diagnostics_(&diagnostics) {}

  [[nodiscard]] const YamlNode& node() const { return *node_; }
  [[nodiscard]] int line() const { return node_->line; }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] Diagnostics& diagnostics() const { return *diagnostics_; }

  void error(std::string message) const { diagnostics_->add(line(), path_, std::move(message)); }

  // Each gives the value, or reports `must be …, not …` and gives nullopt.
  [[nodiscard]] std::optional<std::string> text() const;  // a scalar, not empty
  [[nodiscard]] std::optional<bool> boolean() const;      // true or false
  [[nodiscard]] std::optional<double> number(double min, double max) const;
  [[nodiscard]] std::optional<std::int64_t> integer(std::int64_t min, std::int64_t max) const;
  [[nodiscard]] std::optional<std::chrono::milliseconds> duration(std::chrono::milliseconds min,
                                                                  std::chrono::milliseconds max) const;
  [[nodiscard]] std::optional<std::size_t> bytes(std::size_t min, std::size_t max) const;
  // A sequence; reports anything else. null is an empty one.
  [[nodiscard]] std::vector<YamlValue> items() const;
  // A sequence of texts, or one text.
  [[nodiscard]] std::vector<std::string> texts() const;

 private:
  [[nodiscard]] std::string shown() const;  // for "not …"
  void must_be(std::string_view what) const;

  const YamlNode* node_;
  std::string path_;
  Diagnostics* diagnostics_;
};

// A map whose keys are all known: ask for each, then call finish(). A value that is null counts as not there.
class YamlMap {
 public:
  // Reports a value that is not a map (null is an empty one) and keys that appear twice.
  explicit YamlMap(const YamlValue& value);

  [[nodiscard]] int line() const { return value_.line(); }
  [[nodiscard]] const YamlValue& value() const { return value_; }
  void error(std::string message) const { value_.error(std::move(message)); }

  // Marks `key` as known. nullopt: not there.
  std::optional<YamlValue> find(std::string_view key);
  // The same, and reports it when it is not there.
  std::optional<YamlValue> require(std::string_view key);

  // Sets `out` when the key is there and right. True: it did.
  bool read(std::string_view key, std::string& out);
  bool read(std::string_view key, bool& out);
  bool read(std::string_view key, double& out, double min, double max);
  bool read(std::string_view key, int& out, int min, int max);
  bool read(std::string_view key, std::size_t& out, std::size_t min, std::size_t max);
  bool read(std::string_view key, std::chrono::milliseconds& out, std::chrono::milliseconds min,
            std::chrono::milliseconds max);
  bool read_bytes(std::string_view key, std::size_t& out, std::size_t min, std::size_t max);
  bool read_texts(std::string_view key, std::vector<std::string>& out);

  // One of `names`; sets `out` to its index.
  std::optional<std::size_t> read_choice(std::string_view key, const std::vector<std::string>& names);

  // Reports the keys that nobody asked for. Does nothing for a value that was no map.
  void finish();

  // Every entry, for maps with free keys (then finish() is not called).
  [[nodiscard]] std::vector<std::pair<std::string, YamlValue>> entries() const;

 private:
  [[nodiscard]] std::string path_of(std::string_view key) const;

  YamlValue value_;
  std::vector<std::string> known_;
};

}  // namespace exporter
