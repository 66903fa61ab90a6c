#include "tests/evaluation/scenarios/dump.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

namespace scenarios {
namespace {

namespace fs = std::filesystem;

class Names {
 public:
  explicit Names(const rca::EntityGraph* graph) {
    if (graph == nullptr) return;
    for (rca::EntityGraph::Node node = 0; node < graph->size(); ++node) {
      for (const rca::EntityGraph::Node below : graph->placed_on(node)) nodes_.insert(graph->name(below));
    }
  }
  [[nodiscard]] std::string operator()(const std::string& entity) const {
    std::string name = entity;
    std::replace(name.begin(), name.end(), '_', '-');
    std::replace(name.begin(), name.end(), '/', '-');
    std::replace(name.begin(), name.end(), ',', '-');
    return nodes_.contains(entity) ? name + ":10250" : name;
  }

 private:
  std::set<std::string> nodes_;
};

void append_number(std::string& out, double value) {
  if (!std::isfinite(value)) return;  // an empty cell is a missing value
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value);
  out.append(text.data(), end.ptr);
}

std::string column_name(const rca::Signal& signal, const Names& names) {
  std::string name = names(signal.entity) + "_" + signal.role;
  // The format's reader leaves out what belongs to a node; here nodes are entities.
  if (const std::size_t at = name.find("_node_"); at != std::string::npos) name.replace(at, 6, "_node-");
  return name;
}

std::string data_csv(const rca::Frame& frame, const Names& names) {
  std::string out = "time";
  for (const rca::Signal& signal : frame.signals) out += "," + column_name(signal, names);
  out += '\n';
  for (Eigen::Index row = 0; row < frame.values.rows(); ++row) {
    append_number(out, static_cast<double>(frame.grid.time_ms(row)) / 1000);
    for (Eigen::Index column = 0; column < frame.values.cols(); ++column) {
      out += ',';
      append_number(out, frame.values(row, column));
    }
    out += '\n';
  }
  return out;
}

std::string mpg_csv(const rca::EntityGraph& graph, const Names& names) {
  std::string out = "source,destination\n";
  for (rca::EntityGraph::Node node = 0; node < graph.size(); ++node) {
    const std::string from = names(graph.name(node));
    for (const rca::EntityGraph::Node callee : graph.callees(node))
      out += from + "," + names(graph.name(callee)) + "\n";
    for (const rca::EntityGraph::Node below : graph.placed_on(node))
      out += from + "," + names(graph.name(below)) + "\n";
  }
  return out;
}

std::string truth_json(const RunSpec& spec, const std::vector<TrueFault>& truth, const rca::IncidentView& view,
                       const Names& names) {
  nlohmann::ordered_json out;
  out["service"] = names(truth.front().entity);
  out["services"] = nlohmann::ordered_json::array();
  for (const TrueFault& fault : truth) out["services"].push_back(names(fault.entity));
  out["metric"] = nullptr;
  out["fault"] = truth.front().type;
  out["fault_class"] = truth.front().fault_class;
  if (view.sli_column) {
    out["sli"] = column_name(view.frame.signals[static_cast<std::size_t>(*view.sli_column)], names);
  }
  out["inject_time_true"] = static_cast<double>(truth.front().begin_ms) / 1000;
  out["seed"] = spec.seed;
  return out.dump(1) + "\n";
}

rca::Result<void> write(const fs::path& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary);
  out << text;
  out.close();
  if (!out) return rca::Error{rca::ErrorKind::io, "cannot write '" + file.string() + "'"};
  return {};
}

}  // namespace

ViewSink dump_to(const fs::path& dir) {
  return [dir](const RunSpec& spec, const std::vector<TrueFault>& truth,
               const rca::IncidentView& view) -> rca::Result<void> {
    if (truth.empty()) return {};
    const Names names(view.graph);
    std::string scenario = spec.name;
    std::replace(scenario.begin(), scenario.end(), '/', '-');
    const fs::path folder = dir / spec.suite / (names(truth.front().entity) + "_" + truth.front().type) /
                            (scenario + "-" + std::to_string(spec.seed));
    std::error_code failure;
    fs::create_directories(folder, failure);
    if (failure) {
      return rca::Error{rca::ErrorKind::io, "cannot make '" + folder.string() + "': " + failure.message()};
    }
    RCA_TRY(write(folder / "data.csv", data_csv(view.frame, names)));
    RCA_TRY(write(folder / "inject_time.txt", std::to_string(view.onset_time_ms() / 1000) + "\n"));
    if (view.graph != nullptr) RCA_TRY(write(folder / "mpg.csv", mpg_csv(*view.graph, names)));
    return write(folder / "truth.json", truth_json(spec, truth, view, names));
  };
}

}  // namespace scenarios
