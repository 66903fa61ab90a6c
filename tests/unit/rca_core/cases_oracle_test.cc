// nsigma and BARO on labelled incidents, against what the reference implementation scores on them.
#include <gtest/gtest.h>

#include <charconv>
#include <iostream>
#include <map>
#include <sstream>

#include "rca_core/methods/registry.h"
#include "tests/unit/rca_core/oracle.h"

namespace rca {
namespace {

namespace fs = std::filesystem;

struct Case {
  std::string service;  // at fault
  Frame frame;
  Eigen::Index onset = 0;
};

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> cells;
  std::stringstream in(line);
  std::string cell;
  while (std::getline(in, cell, ',')) cells.push_back(cell);
  return cells;
}

double to_number(const std::string& cell) {
  double value = std::numeric_limits<double>::quiet_NaN();
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  return error == std::errc() && end == cell.data() + cell.size() ? value : std::numeric_limits<double>::quiet_NaN();
}

// <service>_<metric> columns; the service is what an entity is.
Case load_case(const fs::path& folder) {
  Case out;
  const std::string name = folder.parent_path().filename().string();
  out.service = name.substr(0, name.find('_'));
  std::ifstream inject(folder / "inject_time.txt");
  double injected = 0;
  inject >> injected;

  std::ifstream csv(folder / "data.csv");
  std::string line;
  std::getline(csv, line);
  if (line.ends_with('\r')) line.pop_back();
  const std::vector<std::string> header = split(line);
  std::vector<std::size_t> kept;
  std::size_t time_at = 0;
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (header[i] == "time") time_at = i;
    if (header[i] == "time" || header[i].ends_with("_latency-50")) continue;
    Signal signal;
    signal.entity = header[i].substr(0, header[i].find('_'));
    signal.role = header[i].substr(header[i].find('_') + 1);
    out.frame.signals.push_back(signal);
    kept.push_back(i);
  }
  std::vector<std::vector<double>> rows;
  while (std::getline(csv, line)) {
    std::vector<std::string> cells = split(line);
    cells.resize(header.size());
    if (to_number(cells[time_at]) < injected) ++out.onset;
    std::vector<double>& row = rows.emplace_back();
    for (const std::size_t i : kept) row.push_back(to_number(cells[i]));
  }
  out.frame.grid = {0, 1000, static_cast<std::int64_t>(rows.size())};
  out.frame.values.resize(static_cast<Eigen::Index>(rows.size()), static_cast<Eigen::Index>(kept.size()));
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (std::size_t c = 0; c < kept.size(); ++c) {
      out.frame.values(static_cast<Eigen::Index>(row), static_cast<Eigen::Index>(c)) = rows[row][c];
    }
  }
  return out;
}

// A database counts for its service, as in the reference's evaluation.
std::string service_of(std::string entity) {
  if (const std::size_t at = entity.find("-db"); at != std::string::npos) entity.erase(at, 3);
  return entity;
}

// 1-based place of the service at fault; 0 when it is not ranked.
int place(const Ranking& ranking, const std::string& service) {
  std::vector<std::string> seen;
  for (const Candidate& candidate : ranking.entities) {
    const std::string name = service_of(candidate.entity);
    if (std::find(seen.begin(), seen.end(), name) != seen.end()) continue;
    seen.push_back(name);
    if (name == service_of(service)) return static_cast<int>(seen.size());
  }
  return 0;
}

struct Accuracy {
  double cases = 0;
  double ac1 = 0;
  double ac3 = 0;
};

std::map<std::string, Accuracy> reference(const std::string& method) {
  std::map<std::string, Accuracy> out;
  std::ifstream in(oracle::shared_dir() / "oracle" / "reference_results.tsv");
  std::string line;
  while (std::getline(in, line)) {
    std::stringstream cells(line);
    std::string dataset;
    std::string name;
    double cases = 0;
    double ok = 0;
    double ac1 = 0;
    double ac3 = 0;
    if (cells >> dataset >> name >> cases >> ok >> ac1 >> ac3 && name == method) out[dataset] = {cases, ac1, ac3};
  }
  return out;
}

TEST(CasesOracle, AccuracyIsInTheRegionOfTheReference) {
  const fs::path folder = oracle::shared_dir() / "cases";
  RCA_SKIP_WITHOUT(folder);
  std::map<std::string, std::vector<Case>> datasets;
  for (const auto& file : fs::recursive_directory_iterator(folder)) {
    if (file.path().filename() != "data.csv") continue;
    const fs::path one = file.path().parent_path();
    datasets[one.parent_path().parent_path().filename().string()].push_back(load_case(one));
  }
  ASSERT_GE(datasets.size(), 9U);
  for (const std::string method : {"nsigma", "baro"}) {
    const auto theirs = reference(method);
    Accuracy sum;
    Accuracy their_sum;
    for (const auto& [dataset, cases] : datasets) {
      Accuracy ours;
      ours.cases = static_cast<double>(cases.size());
      for (const Case& one : cases) {
        const Result<Ranking> ranking =
            (*find_method(method))->rank({one.frame, one.onset, std::nullopt, nullptr, {}}, {});
        ASSERT_TRUE(ranking.ok()) << dataset << ": " << ranking.error().message;
        const int at = place(*ranking, one.service);
        ours.ac1 += at == 1 ? 1 / ours.cases : 0;
        ours.ac3 += at >= 1 && at <= 3 ? 1 / ours.cases : 0;
      }
      Accuracy expected = theirs.at(dataset);
      std::cout << method << " " << dataset << ": AC@1 " << ours.ac1 << " (reference " << expected.ac1 << "), AC@3 "
                << ours.ac3 << " (" << expected.ac3 << ")\n";
      for (auto [total, part] : {std::pair{&sum, &ours}, std::pair{&their_sum, &expected}}) {
        total->cases += ours.cases;
        total->ac1 += part->ac1 * ours.cases;
        total->ac3 += part->ac3 * ours.cases;
      }
    }
    std::cout << method << " over all cases: AC@1 " << sum.ac1 / sum.cases << " (reference "
              << their_sum.ac1 / sum.cases << "), AC@3 " << sum.ac3 / sum.cases << " (" << their_sum.ac3 / sum.cases
              << ")\n";
    EXPECT_GE(sum.ac1, their_sum.ac1 - 0.05 * sum.cases) << method;
    EXPECT_GE(sum.ac3, their_sum.ac3 - 0.05 * sum.cases) << method;
  }
}

}  // namespace
}  // namespace rca
