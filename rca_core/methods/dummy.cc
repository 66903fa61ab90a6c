// dummy: a random order of all signals, the chance level that every other method is compared with.
//
// Where the reference differs: it permutes with an unseeded global generator. Here the order is fixed by the seed and
// the time of the onset, so that it can be repeated but differs between incidents, and does not depend on the order of
// the frame's columns.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

#include "rca_core/methods/registry.h"
#include "rca_core/methods/scoring.h"
#include "rca_core/stats/random.h"

namespace rca {
namespace {

class Dummy final : public Method {
 public:
  [[nodiscard]] std::string_view name() const override { return "dummy"; }
  [[nodiscard]] std::string_view description() const override { return "a random order: the chance level"; }
  [[nodiscard]] std::string_view reference() const override { return "Pham et al., RCAEval, WWW 2025 (baseline)"; }
  [[nodiscard]] Need needs() const override { return Need::metrics; }

  [[nodiscard]] Result<Ranking> rank(const IncidentView& view, const MethodOptions& options) const override {
    RCA_TRY(make_windows(view, options, view.onset_row));
    const Frame& frame = view.frame;
    std::vector<Eigen::Index> columns(frame.signals.size());
    for (std::size_t i = 0; i < columns.size(); ++i) columns[i] = static_cast<Eigen::Index>(i);
    std::sort(columns.begin(), columns.end(), [&](Eigen::Index a, Eigen::Index b) {
      const Signal& left = frame.signals[static_cast<std::size_t>(a)];
      const Signal& right = frame.signals[static_cast<std::size_t>(b)];
      return std::pair(left.entity, left.role) < std::pair(right.entity, right.role);
    });
    constexpr std::uint64_t kGoldenRatio = 0x9e3779b97f4a7c15ULL;  // spreads neighbouring onsets over all seeds
    Random random(options.seed ^ (static_cast<std::uint64_t>(view.onset_time_ms()) * kGoldenRatio));
    random.shuffle(columns);
    std::vector<SignalScore> scores;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      SignalScore& score = scores.emplace_back();
      score.column = columns[i];
      score.score = 1 - static_cast<double>(i) / static_cast<double>(columns.size());
    }
    return make_ranking(frame, name(), std::move(scores),
                        [](const SignalScore&) { return std::string("drawn at random"); });
  }
};

const MethodRegistration registration(std::make_unique<Dummy>());

}  // namespace
}  // namespace rca
