// A directory of one test that goes away with it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace test_support {

// Created under $TMPDIR (or /tmp), removed with everything in it by the destructor. Throws
// std::filesystem::filesystem_error when it cannot be made: a test cannot go on then.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  // The path of `name` inside.
  [[nodiscard]] std::string file(std::string_view name) const { return (path_ / name).string(); }
  // Writes `content` to `name` (parents are made) and returns its path.
  [[nodiscard]] std::string write(std::string_view name, std::string_view content) const;

 private:
  std::filesystem::path path_;
};

// The whole file, or "" when it cannot be read.
std::string read_text(const std::filesystem::path& path);

// `text` with every `from` replaced by `to`; `from` is not empty.
std::string replace_all(std::string text, std::string_view from, std::string_view to);

}  // namespace test_support
