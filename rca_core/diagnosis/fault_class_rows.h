// How the rows of the table of fault classes are written; for fault_classes_*.cc only.
#pragma once

#include <span>
#include <string_view>

#include "rca_core/diagnosis/fault_class.h"

namespace rca::rows {

// Weights in nats: what a movement is worth when it is seen. e^0.5 = 1.6, e^1 = 2.7, e^2 = 7, e^3 = 20 times more
// likely with this class at this entity than without.
inline constexpr double kHint = 0.4;      // many classes do this
inline constexpr double kUsual = 1.0;     // this class does it, and some others
inline constexpr double kStrong = 2.0;    // few others do
inline constexpr double kDecisive = 3.0;  // hardly any other does

constexpr SignatureTerm rises(std::string_view role, double weight, Place place = Place::self,
                              std::string_view variant = {}) {
  return {role, Movement::rises, place, weight, variant};
}
constexpr SignatureTerm falls(std::string_view role, double weight, Place place = Place::self,
                              std::string_view variant = {}) {
  return {role, Movement::falls, place, weight, variant};
}
constexpr SignatureTerm moves(std::string_view role, double weight, Place place = Place::self,
                              std::string_view variant = {}) {
  return {role, Movement::moves, place, weight, variant};
}
constexpr SignatureTerm stays(std::string_view role, double weight, Place place = Place::self,
                              std::string_view variant = {}) {
  return {role, Movement::stays, place, weight, variant};
}
constexpr SignatureTerm saturates(std::string_view role, double weight, Place place = Place::self,
                                  std::string_view variant = {}) {
  return {role, Movement::saturates, place, weight, variant};
}

constexpr SignatureTerm missing(std::string_view role, double weight, Place place = Place::self,
                                std::string_view variant = {}) {
  return {role, Movement::missing, place, weight, variant};
}

constexpr ActionTemplate mitigate(std::string_view text, std::string_view verification, int watch_minutes,
                                  std::string_view variant = {}) {
  return {ActionKind::mitigate, text, verification, watch_minutes, variant};
}
constexpr ActionTemplate prevent(std::string_view text, std::string_view verification, int watch_minutes,
                                 std::string_view variant = {}) {
  return {ActionKind::prevent, text, verification, watch_minutes, variant};
}
constexpr ActionTemplate detect(std::string_view text, std::string_view verification, int watch_minutes,
                                std::string_view variant = {}) {
  return {ActionKind::detect, text, verification, watch_minutes, variant};
}

inline constexpr int kDay = 24 * 60;  // minutes
inline constexpr int kWeek = 7 * kDay;

// One file a category.
std::span<const FaultClass> infrastructure_classes();
std::span<const FaultClass> input_classes();
std::span<const FaultClass> model_classes();
std::span<const FaultClass> orchestration_classes();
std::span<const FaultClass> observability_classes();
std::span<const FaultClass> cascade_classes();

}  // namespace rca::rows
