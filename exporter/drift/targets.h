// Which series are observations of which signal: the catalogue's histograms and the selectors of `drift.signals`.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "common/labels.h"
#include "common/result.h"
#include "exporter/config/config.h"
#include "exporter/signals/catalog.h"
#include "exporter/signals/resolver.h"

namespace exporter {

// A part of the observations of a (signal, entity): those with the same values of the attribution labels, from the same
// candidate metric.
struct DriftPartKey {
  std::size_t signal = 0;  // index into DriftTargets::signals()
  std::string entity;
  std::size_t preference = 0;       // of the metrics that give the signal the smallest that has data counts
  std::vector<std::string> values;  // of the attribution labels, in their order; "" where a series has none

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes what the compiler writes for a 0
  friend auto operator<=>(const DriftPartKey&, const DriftPartKey&) = default;
};

// What one series contributes.
struct DriftUse {
  DriftPartKey part;
  DriftKind kind = DriftKind::histogram;
  double coordinate = 0;  // histogram: upper bound in the base unit; embedding: number of the dimension
  double scale = 1;       // of the values of gauges and embeddings
  std::string group;      // series of one histogram, or of one vector, have it in common
};

// Immutable, thread-safe.
class DriftTargets {
 public:
  // Roles of `drift.signals` that the catalogue lacks are left out (load_catalog reports those that are written in the
  // configuration). Errors: invalid_argument, those of Resolver::create.
  static rca::Result<DriftTargets> create(const Config& config, const Catalog& catalog);

  // What to ask of a source; empty: nothing that it could give.
  [[nodiscard]] std::vector<Selector> selectors(remote_read::Dialect dialect) const;

  // Adds to `out` what the series is good for: its entity's signal, and the same signal of the entity's peer group.
  void resolve(const rca::Labels& labels, std::vector<DriftUse>& out) const;

  [[nodiscard]] const std::vector<DriftSignal>& signals() const { return signals_; }
  [[nodiscard]] const std::vector<std::string>& attribution_labels() const { return attribution_labels_; }

 private:
  explicit DriftTargets(Resolver resolver) : resolver_(std::move(resolver)) {}
  struct Spec {
    std::size_t signal = 0;
    bool by_labels = false;  // the entity is named by DriftSignal::by
    DriftKind kind = DriftKind::histogram;
  };

  std::vector<DriftSignal> signals_;
  std::vector<std::string> attribution_labels_;
  std::size_t max_dimensions_ = 0;
  std::vector<Spec> specs_;  // parallel to the resolver's catalogue
  Resolver resolver_;
};

}  // namespace exporter
