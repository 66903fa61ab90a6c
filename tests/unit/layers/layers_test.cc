// The one-way road: samples flow from remote_read to rca_core to exporter, and only exporter knows both. An #include
// that breaks this fails here, as does a way to oneTBB around common/parallel_for.h: ThreadSanitizer would take what it
// hands from one thread to another for races.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct Layer {
  std::string folder;
  std::vector<std::string> forbidden;  // folders whose headers it must not include
};

const std::vector<Layer>& layers() {
  static const std::vector<Layer> all = {
      {"common", {"remote_read", "rca_core", "exporter", "tests"}},
      {"remote_read", {"rca_core", "exporter", "tests", "tbb", "oneapi/tbb"}},
      {"rca_core", {"remote_read", "exporter", "tests", "tbb", "oneapi/tbb"}},
      {"exporter", {"tests", "tbb", "oneapi/tbb"}},
  };
  return all;
}

// The path between quotes or angle brackets of an #include line; empty for other lines.
std::string included(const std::string& line) {
  std::size_t at = line.find_first_not_of(" \t");
  if (at == std::string::npos || line[at] != '#') return "";
  at = line.find_first_not_of(" \t", at + 1);
  constexpr std::string_view kInclude = "include";
  if (at == std::string::npos || line.compare(at, kInclude.size(), kInclude) != 0) return "";
  const std::size_t open = line.find_first_of("\"<", at);
  if (open == std::string::npos) return "";
  const std::size_t close = line.find_first_of("\">", open + 1);
  return close == std::string::npos ? "" : line.substr(open + 1, close - open - 1);
}

bool breaks(const Layer& layer, const std::string& path) {
  for (const std::string& folder : layer.forbidden) {
    // Neither directly nor around the corner ("../exporter/x.h").
    if (path.starts_with(folder + "/") || path.find("../" + folder + "/") != std::string::npos) return true;
  }
  return false;
}

bool is_source(const fs::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".h" || extension == ".cc" || extension == ".inc";
}

std::vector<std::string> offences(const fs::path& root, const Layer& layer, int& files) {
  std::vector<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(root / layer.folder)) {
    if (!entry.is_regular_file() || !is_source(entry.path())) continue;
    ++files;
    std::ifstream in(entry.path());
    std::string line;
    for (int number = 1; std::getline(in, line); ++number) {
      if (!breaks(layer, included(line))) continue;
      found.push_back(fs::relative(entry.path(), root).string() + ":" + std::to_string(number) + " includes " +
                      included(line));
    }
  }
  return found;
}

TEST(Layers, IncludeLinesAreUnderstood) {
  EXPECT_EQ(included("#include \"rca_core/frame/frame.h\""), "rca_core/frame/frame.h");
  EXPECT_EQ(included("  #  include <vector>"), "vector");
  EXPECT_EQ(included("// #include \"x.h\""), "");
  EXPECT_EQ(included("#define include"), "");
}

TEST(Layers, AForbiddenIncludeIsSeen) {
  const Layer core{"rca_core", {"exporter"}};
  EXPECT_TRUE(breaks(core, "exporter/config/config.h"));
  EXPECT_TRUE(breaks(core, "../exporter/config/config.h"));
  EXPECT_FALSE(breaks(core, "rca_core/exporter_like.h"));
  EXPECT_TRUE(breaks(layers().back(), included("#include <oneapi/tbb/parallel_for.h>")));

  const fs::path root = fs::temp_directory_path() / ("layers_test_" + std::to_string(::getpid()));
  fs::create_directories(root / "rca_core" / "stats");
  std::ofstream(root / "rca_core" / "stats" / "x.cc") << "#include <vector>\n#include \"exporter/a.h\"\n";
  int files = 0;
  const std::vector<std::string> found = offences(root, core, files);
  fs::remove_all(root);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0], "rca_core/stats/x.cc:2 includes exporter/a.h");
}

TEST(Layers, NoIncludeGoesAgainstTheRoad) {
  const char* source = std::getenv("RCA_SOURCE_DIR");
  ASSERT_NE(source, nullptr) << "run by ctest, or set RCA_SOURCE_DIR";
  for (const Layer& layer : layers()) {
    int files = 0;
    for (const std::string& offence : offences(source, layer, files)) ADD_FAILURE() << offence;
    EXPECT_GE(files, 2) << "nothing found in " << layer.folder;
  }
}

}  // namespace
