// What each signal role of each entity does at the onset, and who stands where around an entity: the words in which the
// signatures of fault_class.h are written.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "rca_core/diagnosis/fault_class.h"
#include "rca_core/evidence/evidence_source.h"

namespace rca {

// Degrees are between −1 (fell without doubt) and 1 (rose without doubt). A movement has to stand out of the noise of
// the normal window and to be large compared with the signal's level.
struct RoleMovement {
  Eigen::Index column = 0;
  double own = 0;                    // against its own normal window
  double apart = 0;                  // the part that its peers did not do; equals `own` without peers
  std::size_t peers = 0;             // with values in both windows
  std::optional<double> saturation;  // 0..1: how close to its limit it is; nullopt: no limit is known
};

// Entities are numbered as in EvidenceContext::entities. Holds references into the context.
class RoleMovements {
 public:
  explicit RoleMovements(const EvidenceContext& context);

  // nullptr: the entity has no such signal, or it has no values in one of the windows.
  [[nodiscard]] const RoleMovement* find(std::size_t entity, std::string_view role) const;
  [[nodiscard]] const RoleMovement* of_column(Eigen::Index column) const;
  [[nodiscard]] std::span<const std::size_t> having(std::string_view role) const;  // entities, in order

  // The entities that stand at `place` seen from `entity`; of `peers`, those that share its peer group in `role`. Empty
  // for `system`. A node, that is an entity on which others are placed, is its own node and neighbour of those on it.
  [[nodiscard]] std::vector<std::size_t> at(std::size_t entity, Place place, std::string_view role = {}) const;

  // Entities whose peer group bears the name of `entity`: the replicas of a model, for the model.
  [[nodiscard]] std::span<const std::size_t> members(std::size_t entity) const { return members_[entity]; }

  [[nodiscard]] std::optional<std::size_t> entity_of(Eigen::Index column) const;
  [[nodiscard]] const EvidenceContext& context() const { return context_; }

 private:
  void index_columns();
  void index_places();
  void compare_with_peers();
  void find_saturation();

  const EvidenceContext& context_;
  std::vector<std::optional<RoleMovement>> movements_;  // of each column
  std::vector<std::size_t> entity_of_column_;
  std::vector<std::vector<std::pair<std::string_view, Eigen::Index>>> roles_;  // of each entity, in order of role
  std::vector<std::pair<std::string_view, std::vector<std::size_t>>> having_;  // in order of role
  std::vector<std::vector<std::size_t>> callees_, callers_, nodes_, residents_, members_;
};

// 0 below `low`, 1 above `high`, linear between.
double ramp(double value, double low, double high);

// The degree of a shift: significance × size. `level` is the larger of both windows' centres in absolute value.
double movement_degree(double shift, double scale, double level);

}  // namespace rca
