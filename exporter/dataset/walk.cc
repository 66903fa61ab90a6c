#include "exporter/dataset/walk.h"

#include <algorithm>
#include <set>
#include <system_error>
#include <tuple>

namespace exporter::dataset {
namespace {

namespace fs = std::filesystem;
using rca::Error;
using rca::ErrorKind;
using rca::Result;

constexpr std::size_t kMostCases = 100'000;

bool is_metrics_file(const fs::path& file) {
  return file.filename() == "data.csv" || file.filename() == "simple_metrics.csv";
}

Result<void> walk(const fs::path& root, std::set<fs::path>& found) {
  std::error_code code;
  if (!fs::is_directory(root, code)) return Error{ErrorKind::not_found, root.string() + ": is not a directory"};
  fs::recursive_directory_iterator it(root, fs::directory_options::skip_permission_denied, code);
  for (; !code && it != fs::recursive_directory_iterator(); it.increment(code)) {
    if (!is_metrics_file(it->path())) continue;
    found.insert(it->path().parent_path());
    if (found.size() > kMostCases) {
      return Error{ErrorKind::limit, root.string() + ": more than " + std::to_string(kMostCases) + " cases"};
    }
  }
  if (code) return Error{ErrorKind::io, root.string() + ": " + code.message()};
  return {};
}

CaseFolder describe(const fs::path& path) {
  std::error_code code;
  const fs::path whole = fs::canonical(path, code);
  const fs::path fault = whole.parent_path();
  return {path, fault.parent_path().filename().string(), (fault.filename() / whole.filename()).string()};
}

}  // namespace

Result<std::vector<CaseFolder>> find_cases(const std::vector<fs::path>& roots) {
  std::set<fs::path> found;
  for (const fs::path& root : roots) RCA_TRY(walk(root, found));
  if (found.empty()) return Error{ErrorKind::not_found, "no data.csv and no simple_metrics.csv below the directories"};
  std::vector<CaseFolder> cases;
  std::set<fs::path> seen;
  for (const fs::path& path : found) {
    std::error_code code;
    if (seen.insert(fs::canonical(path, code)).second) cases.push_back(describe(path));
  }
  std::sort(cases.begin(), cases.end(), [](const CaseFolder& a, const CaseFolder& b) {
    return std::tie(a.dataset, a.id, a.path) < std::tie(b.dataset, b.id, b.path);
  });
  return cases;
}

}  // namespace exporter::dataset
