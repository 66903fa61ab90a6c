#include "rca_core/methods/scoring.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>

#include "common/parallel_for.h"

namespace rca {
namespace {

struct UnitFloor {
  std::string_view unit;
  double floor;
};

// What nobody would get up for, in base units.
constexpr std::array kUnitFloors = {
    UnitFloor{"ratio", 0.002},
    UnitFloor{"seconds", 0.001},
    UnitFloor{"bytes", 1024.0 * 1024.0},
    UnitFloor{"hertz", 1e6},
    UnitFloor{"watts", 1.0},
    UnitFloor{"celsius", 0.5},
    UnitFloor{"per_second", 0.01},
    UnitFloor{"cores", 0.01},
    UnitFloor{"count", 0.2},
    UnitFloor{"requests", 0.2},
    UnitFloor{"tokens", 1.0},
    UnitFloor{"bytes_per_second", 1024.0},
    UnitFloor{"tokens_per_second", 1.0},
};

constexpr double kRelativeFloor = 0.01;
constexpr double kUnknownFloor = 0.1;
constexpr double kScoreLimit = 1e12;
constexpr double kDeviates = 3;  // |z| from which a row counts as deviating, for Evidence::since_ms

Error invalid(std::string message) {
  return {ErrorKind::invalid_argument, std::move(message)};
}

}  // namespace

Result<Windows> make_windows(const IncidentView& view, const MethodOptions& options, Eigen::Index onset_row) {
  const Frame& frame = view.frame;
  const Eigen::Index rows = frame.values.rows();
  if (frame.values.cols() != static_cast<Eigen::Index>(frame.signals.size()) || rows != frame.grid.rows) {
    return invalid("the frame has " + std::to_string(rows) + "×" + std::to_string(frame.values.cols()) +
                   " values for " + std::to_string(frame.grid.rows) + " rows of " +
                   std::to_string(frame.signals.size()) + " signals");
  }
  if (onset_row < 0 || onset_row > rows) {
    return invalid("the onset row " + std::to_string(onset_row) + " is outside the frame's " + std::to_string(rows) +
                   " rows");
  }
  if (options.normal_rows < 0 || options.anomalous_rows < 0) {
    return invalid("normal_rows and anomalous_rows must not be negative");
  }
  if (frame.signals.empty()) return Error{ErrorKind::missing_input, "the frame has no signals"};
  if (onset_row == 0) return Error{ErrorKind::missing_input, "there is no row before the onset to compare with"};
  if (onset_row == rows) return Error{ErrorKind::missing_input, "there is no row from the onset on"};
  Windows windows;
  windows.normal_rows = options.normal_rows == 0 ? onset_row : std::min(options.normal_rows, onset_row);
  windows.normal_begin = onset_row - windows.normal_rows;
  windows.anomalous_begin = onset_row;
  const Eigen::Index rest = rows - onset_row;
  windows.anomalous_rows = options.anomalous_rows == 0 ? rest : std::min(options.anomalous_rows, rest);
  return windows;
}

std::span<const double> column_rows(const Frame& frame, Eigen::Index column, Eigen::Index begin, Eigen::Index rows) {
  return {frame.values.col(column).data() + begin, static_cast<std::size_t>(rows)};
}

double scale_floor(std::string_view unit, double centre, double largest) {
  const double relative = kRelativeFloor * std::fabs(centre);
  const auto* const known =
      std::find_if(kUnitFloors.begin(), kUnitFloors.end(), [&](const UnitFloor& entry) { return entry.unit == unit; });
  if (known != kUnitFloors.end()) return std::max(known->floor, relative);
  if (relative > 0) return relative;
  return largest > 0 ? kUnknownFloor * largest : 1.0;
}

double finite_score(double score) {
  if (std::isnan(score)) return 0;
  return std::clamp(score, -kScoreLimit, kScoreLimit);
}

void for_each_column(Eigen::Index columns, Eigen::Index rows,
                     const std::function<void(Eigen::Index, std::vector<double>&)>& body) {
  const auto run = [&](Eigen::Index begin, Eigen::Index end) {
    std::vector<double> scratch;
    for (Eigen::Index column = begin; column < end; ++column) body(column, scratch);
  };
  constexpr Eigen::Index kWorthThreads = 100'000;  // values; below, waking threads costs more than it saves
  if (columns * rows < kWorthThreads) {
    run(0, columns);
    return;
  }
  const Eigen::Index grain = std::max<Eigen::Index>(1, kWorthThreads / 4 / std::max<Eigen::Index>(1, rows));
  parallel_ranges(0, columns, grain, run);
}

Ranking make_ranking(const Frame& frame, std::string_view method, std::vector<SignalScore> scores,
                     const std::function<std::string(const SignalScore&)>& sentence) {
  std::stable_sort(scores.begin(), scores.end(), [](const SignalScore& a, const SignalScore& b) {
    return a.score != b.score ? a.score > b.score : a.column < b.column;
  });
  Ranking ranking;
  ranking.method = method;
  ranking.signals.reserve(scores.size());
  std::unordered_map<std::string_view, bool> seen;
  for (const SignalScore& score : scores) {
    const Signal& signal = frame.signals[static_cast<std::size_t>(score.column)];
    Candidate candidate;
    candidate.entity = signal.entity;
    candidate.signal = signal.role;
    candidate.score = finite_score(score.score);
    candidate.evidence.before = score.before;
    candidate.evidence.after = score.after;
    candidate.evidence.scale = score.scale;
    candidate.evidence.deviation = finite_score(score.deviation);
    candidate.evidence.since_ms = score.since_row < 0 ? 0 : frame.grid.time_ms(score.since_row);
    candidate.evidence.text = sentence(score);
    if (seen.emplace(signal.entity, true).second) ranking.entities.push_back(candidate);
    ranking.signals.push_back(std::move(candidate));
  }
  return ranking;
}

std::optional<SignalScore> largest_deviation(const Frame& frame, const Windows& windows, Eigen::Index column,
                                             const Scale& scale) {
  if (scale.count == 0 || !std::isfinite(scale.centre)) return std::nullopt;
  const std::span<const double> anomalous = column_rows(frame, column, windows.anomalous_begin, windows.anomalous_rows);
  double largest_distance = -1;
  std::size_t at = 0;
  for (std::size_t row = 0; row < anomalous.size(); ++row) {
    const double distance = std::fabs(anomalous[row] - scale.centre);
    if (distance > largest_distance && std::isfinite(anomalous[row])) {
      largest_distance = distance;
      at = row;
    }
  }
  if (largest_distance < 0) return std::nullopt;

  SignalScore out;
  out.column = column;
  out.before = scale.centre;
  out.after = anomalous[at];
  const Signal& signal = frame.signals[static_cast<std::size_t>(column)];
  const double largest = std::max(std::fabs(scale.centre), std::fabs(out.after));
  const double floor = scale_floor(signal.unit, scale.centre, largest);
  out.scale = scale.constant ? floor : std::max(scale.spread, floor);
  out.deviation = finite_score((out.after - out.before) / out.scale);
  out.score = std::fabs(out.deviation);
  for (std::size_t row = 0; row < anomalous.size() && out.score >= kDeviates; ++row) {
    if (std::fabs(anomalous[row] - scale.centre) < kDeviates * out.scale || !std::isfinite(anomalous[row])) continue;
    out.since_row = windows.anomalous_begin + static_cast<Eigen::Index>(row);
    break;
  }
  return out;
}

std::vector<SignalScore> score_columns(
    const Frame& frame, const Windows& windows,
    const std::function<Scale(std::span<const double> normal, std::vector<double>& scratch)>& scale_of) {
  const Eigen::Index columns = frame.values.cols();
  std::vector<std::optional<SignalScore>> found(static_cast<std::size_t>(columns));
  for_each_column(
      columns, windows.normal_rows + windows.anomalous_rows, [&](Eigen::Index column, std::vector<double>& scratch) {
        const std::span<const double> normal = column_rows(frame, column, windows.normal_begin, windows.normal_rows);
        found[static_cast<std::size_t>(column)] = largest_deviation(frame, windows, column, scale_of(normal, scratch));
      });
  std::vector<SignalScore> scores;
  scores.reserve(found.size());
  for (const std::optional<SignalScore>& score : found) {
    if (score) scores.push_back(*score);
  }
  return scores;
}

}  // namespace rca
