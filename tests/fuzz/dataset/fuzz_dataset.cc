// Any bytes as the files of a case: either a Case whose parts fit together, or an error that names a file; never a
// crash. The input is files one after the other, each begun by a line "@@ <name>"; what stands before the first is
// data.csv.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "exporter/dataset/case.h"

namespace {

using Files = std::map<std::string, std::string, std::less<>>;

Files split(std::string_view text) {
  constexpr std::string_view kMark = "@@ ";
  Files files;
  std::string name = "data.csv";
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    const std::string_view line = text.substr(0, end);
    if (line.starts_with(kMark)) {
      name = line.substr(kMark.size(), line.find_last_not_of("\r\n") + 1 - kMark.size());
      files[name];
    } else {
      files[name] += line;
    }
    text.remove_prefix(end);
  }
  return files;
}

void require(bool condition) {
  if (!condition) std::abort();
}

void check(const exporter::dataset::Case& one) {
  const rca::IncidentView view = one.data.view();
  const rca::Frame& frame = view.frame;
  require(frame.grid.step_ms > 0 && frame.grid.rows == frame.values.rows());
  require(static_cast<std::size_t>(frame.values.cols()) == frame.signals.size());
  require(view.onset_row > 0 && view.onset_row < frame.values.rows());
  require(!view.sli_column || (*view.sli_column >= 0 && *view.sli_column < frame.values.cols()));
  require(!one.truth.services.empty());
  if (view.call_latencies != nullptr) {
    require(view.call_latencies->seconds.rows() == frame.values.rows());
    require(static_cast<std::size_t>(view.call_latencies->seconds.cols()) == view.call_latencies->edges.size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Files files = split(std::string(data, data + size));
  exporter::dataset::Limits limits;
  limits.columns = 100;
  limits.cells = 10'000;
  limits.events = 1000;
  limits.edges = 1000;
  const auto one = exporter::dataset::parse_case(
      "", "web_cpu",
      [&](std::string_view name) -> rca::Result<std::optional<std::string>> {
        const auto it = files.find(name);
        return it == files.end() ? std::optional<std::string>() : it->second;
      },
      limits);
  if (one.ok()) {
    check(*one);
  } else {
    require(!one.error().message.empty());
  }
  return 0;
}
