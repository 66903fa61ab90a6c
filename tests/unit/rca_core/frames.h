// Frames for tests: a few named columns on a grid of 5 s from 12:00:00Z.
#pragma once

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "rca_core/methods/method.h"
#include "rca_core/methods/registry.h"

namespace rca::testing {

inline constexpr std::int64_t kNoon = 1'700'049'600'000;  // 2023-11-15 12:00:00 UTC

class FrameBuilder {
 public:
  explicit FrameBuilder(Eigen::Index rows) {
    frame_.grid = {kNoon, 5000, rows};
    frame_.values.resize(rows, 0);
  }

  // Adds a column; `value(row)` gives its values.
  FrameBuilder& add(const std::string& entity, const std::string& role, const std::string& unit,
                    const std::function<double(Eigen::Index)>& value, const std::string& peer_group = "") {
    Signal signal;
    signal.entity = entity;
    signal.role = role;
    signal.unit = unit;
    signal.peer_group = peer_group;
    frame_.signals.push_back(signal);
    frame_.values.conservativeResize(Eigen::NoChange, frame_.values.cols() + 1);
    for (Eigen::Index row = 0; row < frame_.values.rows(); ++row) {
      frame_.values(row, frame_.values.cols() - 1) = value(row);
    }
    return *this;
  }

  [[nodiscard]] const Frame& frame() const { return frame_; }

 private:
  Frame frame_;
};

inline Result<Ranking> rank(const std::string& method, const Frame& frame, Eigen::Index onset,
                            const MethodOptions& options = {}) {
  const Result<const Method*> found = find_method(method);
  if (!found.ok()) return found.error();
  return (*found)->rank({frame, onset, std::nullopt, nullptr, {}}, options);
}

// Repeatable noise.
class Noise {
 public:
  explicit Noise(unsigned seed) : random_(seed) {}
  double operator()(double deviation) { return normal_(random_) * deviation; }

 private:
  std::mt19937_64 random_;
  std::normal_distribution<double> normal_;
};

}  // namespace rca::testing
