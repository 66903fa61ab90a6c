// A diagnosis in which every part holds something, as one of a throttled GPU.
#pragma once

#include <cmath>
#include <memory>

#include "exporter/incident/incident.h"

namespace exporter {

inline rca::Diagnosis sample_diagnosis() {
  constexpr std::int64_t kOnset = 1795332580000;  // 2026-11-22T07:29:40Z
  rca::Diagnosis d;
  d.entity = "ray-replicas-1";
  d.category = "inference_infrastructure";
  d.fault_class = "compute_saturation";
  const rca::Evidence clock{1.41e9, 1.1e9, 1e6, -310, kOnset - 5000, "gpu_clock fell from 1.41 GHz to 1.1 GHz"};
  const rca::EvidenceItem item{"peers", "ray-replicas-1", "gpu_clock", 310, 4.2, clock};
  d.assessment.entities = {{"ray-replicas-1", 0.9, 4.5, {item}}, {"ray-head", 0.06, 0.1, {}}};
  d.assessment.classes = {{"ray-replicas-1", "compute_saturation", 0.8, {item}},
                          {"ray-replicas-1", "unknown", 0.1, {}},
                          {"ray-head", "network_latency", 0.06, {}}};
  d.assessment.none_of_these = 0.04;
  d.assessment.confidence = 0.9;
  d.assessment.missing_telemetry = {"no traces of ray-head"};
  d.findings = {{"ray-replicas-1", "gpu_clock", rca::Role::root_cause, "compute_saturation", 0.8, clock},
                {"gateway", "gateway_retry_rate", rca::Role::contributing_factor, "retry_storm", 0.3, {}},
                {"ray-replicas-1", "queue_time", rca::Role::symptom, "", 0.7, {}}};
  d.whys = {{1, "time to first token rose", "requests queue at ray-replicas-1", 0.9, "ray-replicas-1", "queue_time",
             "queue_time rose from 0.02 s to 2.1 s"},
            {2, "requests queue at ray-replicas-1", "its GPU computes more slowly", 0.8, "ray-replicas-1", "gpu_clock",
             "gpu_clock fell from 1.41 GHz to 1.1 GHz"}};
  d.fishbone = {{rca::FishboneBranch::infrastructure, "GPU clock below its peers'", "ray-replicas-1", "gpu_clock", 0.8},
                {rca::FishboneBranch::process, "no alert on GPU clocks", "", "", 0.1}};
  d.propagation = {{"ray-replicas-1", "gateway", 0.75}};
  d.changes = {{{kOnset - 60'000, "deployment", "ray-head", "v1", "v2"}, 0.2, "one minute before the onset"}};
  d.scope = {{"replica", "ray-replicas-1", true, "time to first token 2.9 s"},
             {"replica", "ray-replicas-0", false, "time to first token 0.3 s"}};
  d.actions = {{rca::ActionKind::mitigate, "Take ray-replicas-1 out of rotation", "", "the objective holds", 30,
                "compute_saturation"},
               {rca::ActionKind::prevent, "Alert on clocks below the peers'", "", "the objective holds", 60, ""}};
  d.gaps = {{"ray-head", "traces", "no_tracing", "no spans of ray-head arrive"}};
  return d;
}

}  // namespace exporter
