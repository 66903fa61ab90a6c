// One measured quantity of one entity over time.
#pragma once

#include <string>
#include <string_view>

#include "common/labels.h"

namespace rca {

enum class SignalKind { gauge, rate, quantile, log, trace };

constexpr std::string_view to_string(SignalKind kind) {
  switch (kind) {
    case SignalKind::gauge: return "gauge";
    case SignalKind::rate: return "rate";
    case SignalKind::quantile: return "quantile";
    case SignalKind::log: return "log";
    case SignalKind::trace: return "trace";
  }
  return "gauge";
}

struct Signal {
  std::string entity;  // the thing that can be at fault, e.g. "ray-replicas-0"
  std::string role;    // the quantity, from the catalogue, e.g. "gpu_clock"; (entity, role) is unique in a frame
  std::string unit;    // base unit: "seconds", "ratio", "bytes", "hertz", "watts", "per_second", …
  SignalKind kind = SignalKind::gauge;
  std::string peer_group;  // the entities that should behave alike in this role share it; empty: no peers
  std::string category;    // root-cause category that the role speaks for, from the catalogue; may be empty
  Labels labels;           // further labels, for people
};

}  // namespace rca
