// NVIDIA's dcgm-exporter: its default counters, and those that its file has commented out and many people switch on.
#include <cmath>

#include "tests/testbed/llmsim/exporters/exporter.h"

namespace llmsim {
namespace {

class DcgmExporter : public Exporter {
 public:
  DcgmExporter(const Topology& topology, std::size_t replica) : replica_(replica) {
    const Pod& pod = topology.replica_pod(replica);
    const Node& node = topology.nodes[pod.node];
    labels_ = label_text({{"gpu", "0"},
                          {"UUID", node.gpu_uuid},
                          {"pci_bus_id", "00000000:00:04.0"},
                          {"device", "nvidia0"},
                          {"modelName", "NVIDIA A100-SXM4-80GB"},
                          {"Hostname", node.name},
                          {"DCGM_FI_DRIVER_VERSION", "535.129.03"},
                          {"container", pod.container},
                          {"namespace", kNamespace},
                          {"pod", pod.name}});
  }

  void render(const Simulation& simulation, Sink& sink) const override {
    namespace cal = calibration;
    const Gpu& gpu = simulation.replicas()[replica_].gpu;
    const double reserved = 615;
    const double used = cal::kGpuMemoryUtilization * cal::kFramebufferMib + 1050 - gpu.freed_mib();
    const Labelled series(sink, labels_);
    series.gauge("DCGM_FI_DEV_SM_CLOCK", "SM clock frequency (in MHz).", gpu.clock_mhz());
    series.gauge("DCGM_FI_DEV_MEM_CLOCK", "Memory clock frequency (in MHz).", cal::kMemoryClockMhz);
    series.gauge("DCGM_FI_DEV_MEMORY_TEMP", "Memory temperature (in C).", std::round(gpu.temperature() + 6));
    series.gauge("DCGM_FI_DEV_GPU_TEMP", "GPU temperature (in C).", std::round(gpu.temperature()));
    series.gauge("DCGM_FI_DEV_POWER_USAGE", "Power draw (in W).", std::round(gpu.power() * 1000) / 1000);
    series.counter("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", "Total energy consumption since boot (in mJ).",
                   std::floor(gpu.energy_joules() * 1000));
    series.counter("DCGM_FI_DEV_PCIE_REPLAY_COUNTER", "Total number of PCIe retries.", 0);
    series.gauge("DCGM_FI_DEV_GPU_UTIL", "GPU utilization (in %).", std::round(100 * gpu.utilization()));
    series.gauge("DCGM_FI_DEV_MEM_COPY_UTIL", "Memory utilization (in %).", std::round(100 * gpu.memory_utilization()));
    series.gauge("DCGM_FI_DEV_ENC_UTIL", "Encoder utilization (in %).", 0);
    series.gauge("DCGM_FI_DEV_DEC_UTIL", "Decoder utilization (in %).", 0);
    series.gauge("DCGM_FI_DEV_XID_ERRORS", "Value of the last XID error encountered.", 0);
    series.gauge("DCGM_FI_DEV_POWER_MGMT_LIMIT", "Current power limit (in W).", gpu.power_limit());
    series.gauge("DCGM_FI_DEV_CLOCK_THROTTLE_REASONS", "Current clock throttle reasons (bitmask).",
                 gpu.throttle_reasons());
    series.counter("DCGM_FI_DEV_POWER_VIOLATION", "Throttling duration due to power constraints (in us).",
                   std::floor(gpu.power_violation_seconds() * 1e6));
    series.counter("DCGM_FI_DEV_THERMAL_VIOLATION", "Throttling duration due to thermal constraints (in us).",
                   std::floor(gpu.thermal_violation_seconds() * 1e6));
    series.gauge("DCGM_FI_DEV_FB_FREE", "Framebuffer memory free (in MiB).", cal::kFramebufferMib - reserved - used);
    series.gauge("DCGM_FI_DEV_FB_USED", "Framebuffer memory used (in MiB).", used);
    series.gauge("DCGM_FI_DEV_FB_RESERVED", "Framebuffer memory reserved (in MiB).", reserved);
    series.counter("DCGM_FI_DEV_ECC_SBE_VOL_TOTAL", "Total number of single-bit volatile ECC errors.", 0);
    series.counter("DCGM_FI_DEV_ECC_DBE_VOL_TOTAL", "Total number of double-bit volatile ECC errors.", 0);
    series.counter("DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL", "Total number of NVLink bandwidth counters for all lanes", 0);
    series.counter("DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS", "Number of remapped rows for uncorrectable errors", 0);
    series.counter("DCGM_FI_DEV_CORRECTABLE_REMAPPED_ROWS", "Number of remapped rows for correctable errors", 0);
    series.gauge("DCGM_FI_DEV_ROW_REMAP_FAILURE", "Whether remapping of rows has failed", 0);
    series.gauge("DCGM_FI_PROF_GR_ENGINE_ACTIVE", "Ratio of time the graphics engine is active.", gpu.utilization());
    series.gauge("DCGM_FI_PROF_PIPE_TENSOR_ACTIVE", "Ratio of cycles the tensor (HMMA) pipe is active.",
                 gpu.tensor_activity());
    series.gauge("DCGM_FI_PROF_DRAM_ACTIVE",
                 "Ratio of cycles the device memory interface is active sending or receiving data.",
                 gpu.memory_utilization());
  }

 private:
  std::size_t replica_;
  std::string labels_;
};

const ExporterRegistration kDcgmExporter{
    {"dcgm", 3, [](const Topology& topology) {
       std::vector<Target> targets;
       for (std::size_t i = 0; i < topology.replicas(); ++i) {
         const Node& node = topology.nodes[topology.replica_pod(i).node];
         // Labels of the exporter's own pod, as a ServiceMonitor adds them.
         rca::Labels labels;
         rca::set_label(labels, "namespace", "gpu-operator");
         rca::set_label(labels, "pod", "nvidia-dcgm-exporter-" + topology.replica_pod(i).uid.substr(0, 5));
         rca::set_label(labels, "container", "nvidia-dcgm-exporter");
         rca::set_label(labels, "service", "nvidia-dcgm-exporter");
         targets.push_back(make_target("/metrics/" + node.name, node.address + ":9400", std::move(labels),
                                       std::make_unique<DcgmExporter>(topology, i)));
       }
       return targets;
     }}};

}  // namespace
}  // namespace llmsim
