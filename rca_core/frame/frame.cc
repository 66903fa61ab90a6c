#include "rca_core/frame/frame.h"

#include <cstddef>

namespace rca {

Eigen::Index Frame::column(std::string_view entity, std::string_view role) const {
  for (std::size_t i = 0; i < signals.size(); ++i) {
    if (signals[i].role == role && signals[i].entity == entity) return static_cast<Eigen::Index>(i);
  }
  return -1;
}

}  // namespace rca
