// peer_deviation: data-parallel replicas should look alike. Each replica's shift from the normal to the anomalous
// window, minus the median shift of its peers, in robust deviations: what all replicas do together (more load, a slower
// upstream) cancels, what one does alone stays.
//
// This is the common practice of comparing the members of a redundancy group, with robust statistics: medians of both
// windows, leave-one-out median of the peers' shifts, median absolute deviation × 1.4826 as the scale (Rousseeuw &
// Croux, "Alternatives to the Median Absolute Deviation", 1993). Peers share peer_group and role; entities without
// peers take no part.
//
//   relative = own shift − median of the other members' shifts
//   credit   = the part of |relative| that the entity itself moved, plus a quarter of what its peers moved away from it
//   score    = credit / scale,   scale = max(own spread, median spread of the group, floor of scoring.h)
//
// Why not just |relative|:
//  - When a replica breaks, its siblings take over the load that it lost. With an even number of other members the
//    median is not one of them but anything between the middle two; we take the point nearest to the own shift. So of
//    three replicas (−X, +X/2, +X/2) only the broken one deviates, where the mean of the middle two would blame all.
//  - When half of a group breaks, the healthy rest is far from the median of its peers although it has not moved: it
//    gets the quarter. A replica that is stuck while the others follow the load gets it as well: less, but visible.
//  - In a group of two each is the other's only witness, so the own shift decides, and the score is halved.

#include <memory>
#include <utility>

#include "rca_core/methods/evidence.h"
#include "rca_core/methods/peer_scores.h"
#include "rca_core/methods/registry.h"
#include "rca_core/methods/scoring.h"

namespace rca {
namespace {

class PeerDeviation final : public Method {
 public:
  [[nodiscard]] std::string_view name() const override { return "peer_deviation"; }
  [[nodiscard]] std::string_view description() const override {
    return "each replica's shift minus the median shift of its peers, in robust deviations";
  }
  [[nodiscard]] std::string_view reference() const override {
    return "comparison within a redundancy group with robust statistics (Rousseeuw and Croux, Alternatives to the "
           "Median Absolute Deviation, JASA 1993)";
  }
  [[nodiscard]] Need needs() const override { return Need::metrics; }

  [[nodiscard]] Result<Ranking> rank(const IncidentView& view, const MethodOptions& options) const override {
    RCA_ASSIGN(const Windows windows, make_windows(view, options, view.onset_row));
    const Frame& frame = view.frame;
    const std::vector<PeerScore> found = peer_scores(frame, windows);
    if (found.empty()) {
      return Error{ErrorKind::missing_input, "no peer group has two members with values before and after the onset"};
    }
    return ranking_of(frame, found);
  }

 private:
  [[nodiscard]] Ranking ranking_of(const Frame& frame, const std::vector<PeerScore>& found) const {
    std::vector<SignalScore> scores;
    std::vector<const PeerScore*> by_column(frame.signals.size());
    for (const PeerScore& one : found) {
      scores.push_back(one.score);
      by_column[static_cast<std::size_t>(one.score.column)] = &one;
    }
    return make_ranking(frame, name(), std::move(scores), [&](const SignalScore& score) {
      const auto column = static_cast<std::size_t>(score.column);
      const std::int64_t since = score.since_row < 0 ? 0 : frame.grid.time_ms(score.since_row);
      return describe_change(frame.signals[column], score, "robust deviations", since) +
             describe_peers(*by_column[column]);
    });
  }
};

const MethodRegistration peer_deviation_registration(std::make_unique<PeerDeviation>());

}  // namespace
}  // namespace rca
