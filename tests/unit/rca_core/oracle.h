// Golden vectors that other implementations made. They are not part of the project: tests skip without them.
#pragma once

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

namespace oracle {

inline std::filesystem::path shared_dir() {
  if (const char* dir = std::getenv("RCA_SHARED_DIR")) return dir;
  const char* source = std::getenv("RCA_SOURCE_DIR");
  return std::filesystem::path(source != nullptr ? source : ".") / ".." / "shared";
}

inline std::filesystem::path vectors(const std::string& file) {
  return shared_dir() / "oracle" / "vectors" / file;
}

inline nlohmann::json load(const std::filesystem::path& path) {
  std::ifstream in(path);
  return nlohmann::json::parse(in);
}

// A JSON number, or one of the strings that stand for what JSON has no number for.
inline double number(const nlohmann::json& value) {
  if (value.is_number()) return value.get<double>();
  if (value == "+Inf") return std::numeric_limits<double>::infinity();
  if (value == "-Inf") return -std::numeric_limits<double>::infinity();
  return std::numeric_limits<double>::quiet_NaN();
}

inline bool close(double actual, double expected, double relative, double absolute) {
  if (std::isnan(expected) || std::isnan(actual)) return std::isnan(expected) && std::isnan(actual);
  if (actual == expected) return true;
  return std::fabs(actual - expected) <= std::max(absolute, relative * std::fabs(expected));
}

}  // namespace oracle

#define RCA_SKIP_WITHOUT(path) \
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "golden vectors are not there: " << (path).string()
