#include "rca_core/methods/count_signals.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

namespace rca {
namespace {

bool has_values(const Frame& frame) {
  return frame.values.size() > 0 && frame.values.cols() == static_cast<Eigen::Index>(frame.signals.size()) &&
         frame.values.rows() == frame.grid.rows && frame.grid.step_ms > 0;
}

std::string joined_names(const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) out += i + 1 == names.size() ? " and " : ", ";
    out += names[i];
  }
  return out;
}

}  // namespace

void CountSources::add_to_evidence(Ranking& ranking) const {
  if (absent.empty()) return;
  const std::string note =
      "; from metrics and " + joined_names(present) + ", there were no " + joined_names(absent) + " to look at";
  for (auto* list : {&ranking.signals, &ranking.entities}) {
    for (Candidate& candidate : *list) candidate.evidence.text += note;
  }
}

Result<CountSources> count_sources(const IncidentView& view) {
  CountSources out;
  const auto add = [&](const Frame* frame, const char* what, const char* prefix) {
    if (frame == nullptr || !has_values(*frame)) {
      out.absent.emplace_back(what);
      return;
    }
    out.present.emplace_back(what);
    Frame& copy = out.frames.emplace_back(*frame);
    for (Signal& signal : copy.signals) {
      signal.role = prefix + signal.role;
      if (signal.unit.empty()) signal.unit = "count";
    }
  };
  const EventCounts* counts = view.counts;
  add(counts == nullptr ? nullptr : &counts->logs, "log lines", "");
  add(counts == nullptr ? nullptr : &counts->span_counts, "calls", "calls of ");
  add(counts == nullptr ? nullptr : &counts->span_errors, "errors", "errors of ");
  if (out.present.empty()) {
    return Error{ErrorKind::missing_input, "there are no counts of log lines, calls or errors beside the metrics"};
  }
  return out;
}

Result<Windows> count_windows(const IncidentView& view, const MethodOptions& options, const Frame& counts) {
  // As many rows as last as long as the rows of the view's frame that the options ask for.
  const auto rows_as_long = [&](Eigen::Index rows) {
    const std::int64_t length = rows * view.frame.grid.step_ms;
    return std::max<Eigen::Index>(rows == 0 ? 0 : 1, length / counts.grid.step_ms);
  };
  MethodOptions own = options;
  own.normal_rows = rows_as_long(options.normal_rows);
  own.anomalous_rows = rows_as_long(options.anomalous_rows);
  const Eigen::Index onset = counts.grid.row_at_or_after(view.onset_time_ms());
  return make_windows(IncidentView{.frame = counts}, own, onset);
}

Frame join_counts(const Frame& frame, const CountSources& sources) {
  Frame out = frame;
  Eigen::Index columns = frame.values.cols();
  for (const Frame& counts : sources.frames) columns += counts.values.cols();
  out.values.conservativeResize(Eigen::NoChange, columns);
  Eigen::Index next = frame.values.cols();
  for (const Frame& counts : sources.frames) {
    for (Eigen::Index column = 0; column < counts.values.cols(); ++column, ++next) {
      out.signals.push_back(counts.signals[static_cast<std::size_t>(column)]);
      for (Eigen::Index row = 0; row < out.values.rows(); ++row) {
        const std::int64_t end = frame.grid.time_ms(row);
        // (end − step, end] of the frame: rows of the counts from the first after its begin.
        const std::int64_t first = counts.grid.row_at_or_after(end - frame.grid.step_ms + 1);
        double sum = 0;
        int found = 0;
        for (std::int64_t at = first; at < counts.grid.rows && counts.grid.time_ms(at) <= end; ++at) {
          const double value = counts.values(at, column);
          if (!std::isfinite(value)) continue;
          sum += value;
          ++found;
        }
        out.values(row, next) = found == 0 ? std::numeric_limits<double>::quiet_NaN() : sum / found;
      }
    }
  }
  return out;
}

}  // namespace rca
