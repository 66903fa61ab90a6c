#include "rca_core/methods/peer_scores.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <string_view>
#include <utility>

#include "rca_core/methods/evidence.h"
#include "rca_core/stats/robust.h"
#include "rca_core/stats/scalers.h"

namespace rca {
namespace {

constexpr double kCreditForStaying = 0.25;
constexpr double kCreditInPair = 0.5;
constexpr double kDeviates = 3;

struct Member {
  Eigen::Index column = 0;
  Scale normal;
  double anomalous_centre = 0;
  bool present = false;  // values in both windows

  [[nodiscard]] double shift() const { return anomalous_centre - normal.centre; }
};

// The members' columns of every group of at least two, in the order of the frame.
std::vector<std::vector<Eigen::Index>> peer_columns(const Frame& frame) {
  std::map<std::pair<std::string_view, std::string_view>, std::size_t> index;
  std::vector<std::vector<Eigen::Index>> groups;
  for (std::size_t i = 0; i < frame.signals.size(); ++i) {
    const Signal& signal = frame.signals[i];
    if (signal.peer_group.empty()) continue;
    const auto [it, added] = index.try_emplace({signal.peer_group, signal.role}, groups.size());
    if (added) groups.emplace_back();
    groups[it->second].push_back(static_cast<Eigen::Index>(i));
  }
  std::erase_if(groups, [](const std::vector<Eigen::Index>& columns) { return columns.size() < 2; });
  return groups;
}

Member measure(const Frame& frame, const Windows& windows, Eigen::Index column, std::vector<double>& scratch) {
  Member member;
  member.column = column;
  copy_present(column_rows(frame, column, windows.anomalous_begin, windows.anomalous_rows), scratch);
  if (scratch.empty()) return member;
  member.anomalous_centre = median_in_place(scratch);
  const std::span<const double> normal = column_rows(frame, column, windows.normal_begin, windows.normal_rows);
  member.normal = or_standard(mad_scale(normal, scratch), normal, 1.0);
  member.present = member.normal.count > 0;
  return member;
}

// The point of the median interval of `others` (sorted, not empty) that is nearest to `own`.
double nearest_median(std::span<const double> others, double own) {
  const double low = others[(others.size() - 1) / 2];
  const double high = others[others.size() / 2];
  return std::clamp(own, low, high);
}

// First anomalous row that is as far from what the peers' shift explains as deserves a name.
Eigen::Index first_deviating_row(const Frame& frame, const Windows& windows, const SignalScore& score,
                                 double explained_level) {
  const std::span<const double> rows =
      column_rows(frame, score.column, windows.anomalous_begin, windows.anomalous_rows);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const double deviation = (rows[row] - explained_level) / score.scale;
    if (std::isfinite(deviation) && deviation * score.deviation > 0 && std::fabs(deviation) >= kDeviates) {
      return windows.anomalous_begin + static_cast<Eigen::Index>(row);
    }
  }
  return -1;
}

PeerScore score_member(const Frame& frame, const Windows& windows, const Member& member,
                       std::span<const double> other_shifts, double group_spread) {
  PeerScore out;
  SignalScore& score = out.score;
  score.column = member.column;
  score.before = member.normal.centre;
  score.after = member.anomalous_centre;
  const Signal& signal = frame.signals[static_cast<std::size_t>(member.column)];
  const double largest = std::max(std::fabs(score.before), std::fabs(score.after));
  score.scale = std::max({member.normal.spread, group_spread, scale_floor(signal.unit, member.normal.centre, largest)});

  const double own = member.shift();
  const double explained = nearest_median(other_shifts, own);
  const double relative = own - explained;
  const double moved = relative * own > 0 ? std::min(std::fabs(relative), std::fabs(own)) : 0.0;
  double credit = moved + kCreditForStaying * (std::fabs(relative) - moved);
  if (other_shifts.size() == 1) credit *= kCreditInPair;
  score.deviation = finite_score(relative / score.scale);
  score.score = finite_score(credit / score.scale);
  if (std::fabs(score.deviation) >= kDeviates) {
    score.since_row = first_deviating_row(frame, windows, score, score.before + explained);
  }
  out.peers = other_shifts.size();
  out.lowest_peer_shift = other_shifts.front() / score.scale;
  out.highest_peer_shift = other_shifts.back() / score.scale;
  return out;
}

void score_group(const Frame& frame, const Windows& windows, std::span<const Member> members,
                 std::vector<PeerScore>& scores) {
  if (members.size() < 2) return;
  std::vector<double> shifts;
  std::vector<double> spreads;
  for (const Member& member : members) {
    shifts.push_back(member.shift());
    spreads.push_back(member.normal.spread);
  }
  const double group_spread = median_in_place(spreads);
  std::sort(shifts.begin(), shifts.end());
  std::vector<double> others;
  for (const Member& member : members) {
    others = shifts;
    others.erase(std::lower_bound(others.begin(), others.end(), member.shift()));
    scores.push_back(score_member(frame, windows, member, others, group_spread));
  }
}

}  // namespace

std::vector<PeerScore> peer_scores(const Frame& frame, const Windows& windows) {
  const std::vector<std::vector<Eigen::Index>> groups = peer_columns(frame);
  std::vector<Eigen::Index> columns;
  for (const auto& group : groups) columns.insert(columns.end(), group.begin(), group.end());
  std::vector<Member> members(columns.size());
  for_each_column(static_cast<Eigen::Index>(columns.size()), windows.normal_rows + windows.anomalous_rows,
                  [&](Eigen::Index i, std::vector<double>& scratch) {
                    const auto at = static_cast<std::size_t>(i);
                    members[at] = measure(frame, windows, columns[at], scratch);
                  });

  std::vector<PeerScore> found;
  std::vector<Member> present;
  std::size_t next = 0;
  for (const auto& group : groups) {
    present.clear();
    for (std::size_t i = 0; i < group.size(); ++i, ++next) {
      if (members[next].present) present.push_back(members[next]);
    }
    score_group(frame, windows, present, found);
  }
  return found;
}

std::string describe_peers(const PeerScore& score) {
  const std::string peers = score.peers == 1 ? "its peer" : "its " + std::to_string(score.peers) + " peers";
  const double farthest = std::max(std::fabs(score.lowest_peer_shift), std::fabs(score.highest_peer_shift));
  if (farthest < 0.05) return " while " + peers + " did not move";
  if (farthest < std::max(1.0, std::fabs(score.score.deviation) / 10)) {
    return " while " + peers + " stayed within ±" + format_deviation(farthest).substr(1);
  }
  if (score.peers == 1) return " while " + peers + " moved by " + format_deviation(score.lowest_peer_shift);
  return " while " + peers + " moved by " + format_deviation(score.lowest_peer_shift) + " to " +
         format_deviation(score.highest_peer_shift);
}

}  // namespace rca
