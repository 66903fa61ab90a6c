// Every constant that was fitted or assumed. docs/testbed.md gives the reasoning; fit_traces.py prints the fitted ones
// from the traces. "fitted": printed by that script. "spec": a data sheet. "assumed": nobody measured it for us.
#pragma once

namespace llmsim::calibration {

// --- One engine iteration: host + decode + prefill, milliseconds at the nominal clock
inline constexpr double kHostMs = 4.0;                  // assumed: scheduler, sampling, detokenisation of one step
inline constexpr double kHostShareBefore = 0.6;         // assumed: of the host time, before the kernels are launched
inline constexpr double kDecodeBaseMs = 11.69;          // fitted (streaming the weights)
inline constexpr double kDecodePerSequenceMs = 0.0517;  // fitted
inline constexpr double kDecodePerKilotokenMs = 0.414;  // fitted (attention over 1000 tokens of context)
inline constexpr double kPrefillPerTokenMs = 0.0715;    // fitted
inline constexpr double kStepNoise = 0.0041;            // fitted: deviation of log(step) from step to step
inline constexpr double kDriftNoise = 0.01;             // assumed: slow drift of one replica against its peers
inline constexpr double kDriftSeconds = 60;             // assumed: time constant of that drift
// assumed (tuned, see docs/testbed.md): the part of decode that waits for HBM, whose clock a power limit leaves alone
inline constexpr double kDecodeMemoryBound = 0.2;

// --- Requests on the host
inline constexpr double kRequestHostMs = 8.0;  // assumed: Ray Serve, HTTP, tokenisation of one request
inline constexpr double kTokenHostMs = 0.15;   // assumed: API process, one streamed token (logprobs on)
inline constexpr double kNetworkMs = 0.25;     // assumed: one way between two pods
inline constexpr double kProxyMs = 0.4;        // assumed: nginx

// --- GPU: A100 SXM4 80 GB
inline constexpr double kMaxClockMhz = 1410;          // spec
inline constexpr double kMinClockMhz = 210;           // spec
inline constexpr double kIdleClockMhz = 1275;         // spec: default application clock, kept while a context is open
inline constexpr double kMemoryClockMhz = 1593;       // spec
inline constexpr double kPowerLimitW = 400;           // spec
inline constexpr double kStaticPowerW = 65.5;         // fitted: context loaded, no kernel
inline constexpr double kDecodePowerW = 291.1;        // fitted: median of busy GPUs
inline constexpr double kPrefillPowerW = 380.8;       // fitted: 95th percentile of busy GPUs
inline constexpr double kMemoryPowerW = 80;           // assumed: HBM's part of the busy power, not clocked with the SMs
inline constexpr double kTemperatureBaseC = 27.3;     // fitted
inline constexpr double kTemperaturePerW = 0.0943;    // fitted
inline constexpr double kThermalSeconds = 45;         // assumed: time constant of the heat sink
inline constexpr double kSlowdownC = 85;              // assumed: the data sheet says the high eighties
inline constexpr double kPowerControlSeconds = 0.5;   // assumed: averaging of the power controller
inline constexpr double kFramebufferMib = 81920;      // spec
inline constexpr double kGpuMemoryUtilization = 0.9;  // vLLM's default

// --- Pods and nodes
inline constexpr int kGpuNodeCpus = 12;          // assumed: one A100 80 GB, 12 CPUs, 170 GB as clouds sell it
inline constexpr double kGpuNodeMemory = 170e9;  // bytes
inline constexpr int kCpuNodeCpus = 8;           // assumed
inline constexpr double kCpuNodeMemory = 32e9;   // bytes
inline constexpr double kPodCpuLimit = 8;        // reference
inline constexpr double kPodMemoryLimit = 16.0 * (1 << 30);  // reference: 16 GiB
inline constexpr double kRayBackgroundCpus = 0.22;        // assumed: Ray's own processes, the API server, health checks
inline constexpr double kProxyCpuLimit = 2;               // assumed
inline constexpr double kProxyMemoryLimit = 1 << 30;      // assumed: 1 GiB
inline constexpr double kCfsPeriod = 0.1;                 // kernel default, seconds
inline constexpr double kEngineThreads = 1.5;             // assumed: runnable threads of the pod while it serves
inline constexpr double kPodAnonBytes = 6.0 * (1 << 30);  // assumed: Ray and vLLM processes
inline constexpr double kHotFileBytes = 3.2 * (1 << 30);  // assumed: libraries and model files that are touched again
inline constexpr double kColdFileBytes = 2.8 * (1 << 30);  // assumed: cache that nobody misses
inline constexpr double kPageTouches = 900;   // assumed: first touches of file pages, per second of host CPU time
inline constexpr double kMajorFaultMs = 1.5;  // assumed: read from a network-attached disk

// --- A replica that starts
inline constexpr double kContainerStartSeconds = 3;  // assumed: the image is on the node
inline constexpr double kWeightBytes = 15.2e9;       // 7.6e9 parameters of 2 bytes
inline constexpr double kEngineStartSeconds = 20;    // assumed: processes, CUDA graphs
inline constexpr double kGraceSeconds = 60;          // assumed: terminationGracePeriodSeconds of a replica

// --- Bytes on the wire
inline constexpr double kChunkBytes = 420;        // assumed: one streamed token with logprobs
inline constexpr double kRequestBytesBase = 900;  // assumed: headers and JSON around the prompt
inline constexpr double kBytesPerToken = 4.2;     // assumed
inline constexpr double kMss = 1448;              // Ethernet

}  // namespace llmsim::calibration
