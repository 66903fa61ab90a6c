// The machines under the models: GPUs (DCGM), nodes (node_exporter), containers (cAdvisor) and what Kubernetes says of pods.
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import type * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';

import { newBoard } from './board.js';
import { stat, table, timeseries, unitOf, withSections, type Query, type Step, type Unit } from './panels.js';
import { several } from './variables.js';

type Panels = Builder<dashboard.Panel>[];

const panel = (title: string, description: string, unit: Unit, queries: Query[], width = 8): ReturnType<typeof timeseries> =>
  timeseries({ title, description, unit, width, height: 8 }, queries);

// dcgm-exporter names the host Hostname, some builds hostname; the number of a GPU says nothing without it.
const named = (expr: string): string =>
  `label_replace(label_replace(${expr}, "host", "$1", "hostname", "(.+)"), "host", "$1", "Hostname", "(.+)")`;
const ofGpus = (metric: string): string => `${metric}{Hostname=~"$host"}`;
const gpuLegend = '{{host}} GPU {{gpu}} {{GPU_I_ID}}';
const perGpu = (expr: string): string => `max by (host, gpu, GPU_I_ID) (${named(expr)})`;
const gpu = (metric: string, scale = '', legend = gpuLegend): Query => [`${perGpu(ofGpus(metric))}${scale}`, legend];
const gpuRate = (metric: string, scale = '', legend = gpuLegend): Query => [
  `${perGpu(`rate(${ofGpus(metric)}[$__rate_interval])`)}${scale}`,
  legend,
];

function gpusNow(): Panels {
  const one = (title: string, description: string, unit: Unit, expr: string, steps: Step[], decimals = 0) =>
    stat({ title, description, unit, width: 4, height: 4, decimals }, [expr, ''], steps);
  const cell = (metric: string): string => `max by (host, gpu, modelName) (${named(ofGpus(metric))})`;
  return [
    one('GPUs', 'GPUs whose dcgm-exporter is scraped.', 'short', `count(${perGpu(ofGpus('DCGM_FI_DEV_GPU_UTIL'))})`, [[null, 'blue']]),
    one(
      'GPUs with an XID error',
      'GPUs whose last error code is not 0. The code stays until the driver is loaded again; 13, 31, 43 and 45 are usually the application, 48, 63, 64, 74, 79, 94 and 95 the hardware.',
      'short',
      `sum(${perGpu(ofGpus('DCGM_FI_DEV_XID_ERRORS'))} > bool 0)`,
      [[null, 'green'], [1, 'red']],
    ),
    one('Busy', 'Mean share of time in which a kernel ran. 100 % does not mean that the GPUs are full.', 'percentunit', `avg(${perGpu(ofGpus('DCGM_FI_DEV_GPU_UTIL'))}) / 100`, [[null, 'blue']]),
    one('Lowest SM clock', 'Clock of the slowest GPU. Tensor-parallel ranks wait for the slowest.', 'hertz', `min(${perGpu(ofGpus('DCGM_FI_DEV_SM_CLOCK'))}) * 1e6`, [[null, 'blue']], 2),
    one('Hottest GPU', 'Temperature of the hottest GPU. Data-centre GPUs throttle from about 85 °C on.', 'celsius', `max(${perGpu(ofGpus('DCGM_FI_DEV_GPU_TEMP'))})`, [[null, 'green'], [80, 'orange'], [87, 'red']]),
    one('Power', 'Drawn by all GPUs together.', 'watt', `sum(${perGpu(ofGpus('DCGM_FI_DEV_POWER_USAGE'))})`, [[null, 'blue']]),
    table(
      {
        title: 'GPUs, now',
        description: 'One row per GPU. Compare GPUs that do the same work: the one that stands out is the suspect.',
        unit: 'short',
        width: 24,
        height: 7,
      },
      [
        `${cell('DCGM_FI_DEV_GPU_UTIL')} / 100`,
        `${cell('DCGM_FI_DEV_SM_CLOCK')} * 1e6`,
        cell('DCGM_FI_DEV_POWER_USAGE'),
        cell('DCGM_FI_DEV_POWER_MGMT_LIMIT'),
        cell('DCGM_FI_DEV_GPU_TEMP'),
        `${cell('DCGM_FI_DEV_FB_USED')} * 1048576`,
        cell('DCGM_FI_DEV_XID_ERRORS'),
      ],
      {
        host: 'Host',
        gpu: 'GPU',
        modelName: 'Model',
        'Value #A': 'Busy',
        'Value #B': 'SM clock',
        'Value #C': 'Power',
        'Value #D': 'Power limit',
        'Value #E': 'Temperature',
        'Value #F': 'Memory in use',
        'Value #G': 'Last XID',
      },
    )
      .overrideByName('Busy', [unitOf('percentunit'), { id: 'decimals', value: 0 }])
      .overrideByName('SM clock', [unitOf('hertz')])
      .overrideByRegexp('Power.*', [unitOf('watt'), { id: 'decimals', value: 0 }])
      .overrideByName('Temperature', [unitOf('celsius')])
      .overrideByName('Memory in use', [unitOf('bytes')]),
  ];
}

function gpuWork(): Panels {
  return [
    panel('GPU busy', 'Share of time in which a kernel ran.', 'percentunit', [gpu('DCGM_FI_DEV_GPU_UTIL', ' / 100')]).min(0).max(1),
    panel('SM clock', 'A clock that falls under load is power capping or thermal throttling.', 'hertz', [gpu('DCGM_FI_DEV_SM_CLOCK', ' * 1e6')]),
    panel('Memory clock', 'Falls only with a fault or by configuration; decoding is bound by it.', 'hertz', [gpu('DCGM_FI_DEV_MEM_CLOCK', ' * 1e6')]),
    panel('Tensor pipe active', 'Share of cycles in which the tensor pipe worked: prefills. Needs profiling counters in dcgm-exporter.', 'percentunit', [gpu('DCGM_FI_PROF_PIPE_TENSOR_ACTIVE')]).min(0),
    panel('Memory interface active', 'Share of cycles in which GPU memory was read or written: decoding. Needs profiling counters in dcgm-exporter.', 'percentunit', [gpu('DCGM_FI_PROF_DRAM_ACTIVE')]).min(0),
    panel('GPU memory in use', 'Framebuffer in use. An inference server takes its share at the start; growth is a guest.', 'bytes', [gpu('DCGM_FI_DEV_FB_USED', ' * 1048576')]).min(0),
  ];
}

function gpuPower(): Panels {
  return [
    panel('GPU power', 'Power drawn. A flat line below the other GPUs is a power limit.', 'watt', [gpu('DCGM_FI_DEV_POWER_USAGE')]).min(0),
    panel('Power over limit', 'Power drawn over the limit in force. At 100 % the clock gives way.', 'percentunit', [
      [`${perGpu(ofGpus('DCGM_FI_DEV_POWER_USAGE'))} / ${perGpu(ofGpus('DCGM_FI_DEV_POWER_MGMT_LIMIT'))}`, gpuLegend],
    ]).min(0),
    panel('Power limit', 'Limit in force. One that differs from the other GPUs, or that changed, slows a replica.', 'watt', [gpu('DCGM_FI_DEV_POWER_MGMT_LIMIT')]).min(0),
    panel('Temperature', 'Temperature of each GPU and of its memory.', 'celsius', [
      gpu('DCGM_FI_DEV_GPU_TEMP'),
      gpu('DCGM_FI_DEV_MEMORY_TEMP', '', `memory ${gpuLegend}`),
    ]),
    panel(
      'Throttled by power',
      'Counter of the time in which the power limit held the clock down, as a share of time when it counts nanoseconds (newer drivers). Off in the default list of dcgm-exporter.',
      'percentunit',
      [gpuRate('DCGM_FI_DEV_POWER_VIOLATION', ' * 1e-9')],
    ).min(0),
    panel('Throttled by temperature', 'As the panel beside it, for the temperature.', 'percentunit', [gpuRate('DCGM_FI_DEV_THERMAL_VIOLATION', ' * 1e-9')]).min(0),
  ];
}

function gpuFaults(): Panels {
  return [
    panel('Last XID error', 'Code of the last error; 0 is none. The code stays until the driver is loaded again.', 'short', [gpu('DCGM_FI_DEV_XID_ERRORS')], 6).min(0).decimals(0),
    panel('Memory errors and remapped rows', 'Uncorrectable errors since the driver was loaded, and rows remapped because of them.', 'short', [
      gpu('DCGM_FI_DEV_ECC_DBE_VOL_TOTAL', '', `errors ${gpuLegend}`),
      gpu('DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS', '', `rows ${gpuLegend}`),
    ], 6).min(0).decimals(0),
    panel('PCIe replays', 'Transfers that had to be repeated each second. Anything steady is a bad link.', 'ops', [gpuRate('DCGM_FI_DEV_PCIE_REPLAY_COUNTER')], 6).min(0),
    panel('NVLink traffic', 'All lanes together, as the driver counts them (KiB on most). 0 with a single GPU.', 'Bps', [gpuRate('DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL', ' * 1024')], 6).min(0),
  ];
}

// node_exporter names machines by instance; their names come from node_uname_info.
const onNodes = (expr: string, legend = '{{nodename}}'): Query => [
  `(${expr}) * on (instance) group_left (nodename) max by (instance, nodename) (node_uname_info{nodename=~"$node"})`,
  legend,
];
const device = 'device!~"lo|veth.*|cali.*|cni.*|docker.*|br-.*|flannel.*|cilium.*|lxc.*|nodelocaldns|kube-ipvs0"';
const nodeRate = (metric: string, legend?: string, match = '', aggregate = 'sum'): Query =>
  onNodes(`${aggregate} by (instance) (rate(${metric}${match && `{${match}}`}[$__rate_interval]))`, legend);

function nodes(): Panels {
  return [
    panel('CPU of nodes', 'Share of the CPUs that do something.', 'percentunit', [
      onNodes(
        'sum by (instance) (rate(node_cpu_seconds_total{mode!~"idle|iowait|guest|guest_nice"}[$__rate_interval])) / count by (instance) (node_cpu_seconds_total{mode="idle"})',
      ),
    ]).min(0),
    panel('CPU stolen', 'CPUs that the hypervisor gave to somebody else.', 'suffix: cores', [nodeRate('node_cpu_seconds_total', undefined, 'mode="steal"')]).min(0),
    panel('Memory available', 'Share of the memory that can be had without swapping.', 'percentunit', [
      onNodes('sum by (instance) (node_memory_MemAvailable_bytes) / sum by (instance) (node_memory_MemTotal_bytes)'),
    ]).min(0).max(1),
    panel('Pressure', 'Share of time in which a task waited for CPU, memory or I/O (pressure stall information).', 'percentunit', [
      nodeRate('node_pressure_cpu_waiting_seconds_total', 'CPU {{nodename}}'),
      nodeRate('node_pressure_memory_waiting_seconds_total', 'memory {{nodename}}'),
      nodeRate('node_pressure_io_waiting_seconds_total', 'I/O {{nodename}}'),
    ]).min(0),
    panel('Major page faults', 'Page faults that had to read from a disk. A memory limit that is too tight shows here first.', 'ops', [nodeRate('node_vmstat_pgmajfault')]).min(0),
    panel('Busiest disk', 'Share of time in which the busiest disk was busy.', 'percentunit', [nodeRate('node_disk_io_time_seconds_total', undefined, '', 'max')]).min(0),
    panel('Root file system free', 'Share that is free. Images, logs and core dumps fill it.', 'percentunit', [
      onNodes('max by (instance) (node_filesystem_avail_bytes{mountpoint="/"} / node_filesystem_size_bytes{mountpoint="/"})'),
    ]).min(0).max(1),
    panel('Network of nodes', 'Bytes received and sent each second by physical devices.', 'Bps', [
      nodeRate('node_network_receive_bytes_total', 'in {{nodename}}', device),
      nodeRate('node_network_transmit_bytes_total', 'out {{nodename}}', device),
    ]).min(0),
    panel('TCP segments sent again', 'Each second. Grows with loss and with delay that jumps.', 'ops', [nodeRate('node_netstat_Tcp_RetransSegs')]).min(0),
  ];
}

const container = 'container!~"|POD", namespace=~"$namespace", pod=~"$pod"';
const ofPod = 'namespace=~"$namespace", pod=~"$pod"';
const podLegend = '{{namespace}}/{{pod}}';
const containerLegend = `${podLegend} {{container}}`;
const containerRate = (metric: string): string =>
  `sum by (namespace, pod, container) (rate(${metric}{${container}}[$__rate_interval]))`;
const podRate = (metric: string, legend: string): Query => [`sum by (namespace, pod) (rate(${metric}{${ofPod}}[$__rate_interval]))`, legend];

function containers(): Panels {
  return [
    panel('CPU of containers', 'In cores. A container that needs more than it did, or more than its peers, competes for the CPU.', 'suffix: cores', [
      [containerRate('container_cpu_usage_seconds_total'), containerLegend],
    ]).min(0),
    panel('CPU throttling', 'Share of quota periods in which the container was held back. Only containers with a CPU limit have it.', 'percentunit', [
      [`${containerRate('container_cpu_cfs_throttled_periods_total')} / ${containerRate('container_cpu_cfs_periods_total')}`, containerLegend],
    ]).min(0),
    panel('Memory of containers', 'Working set. Growth without load is a leak or a guest.', 'bytes', [
      [`sum by (namespace, pod, container) (container_memory_working_set_bytes{${container}})`, containerLegend],
    ]).min(0),
    panel('Memory over limit', 'Working set over the memory limit of Kubernetes. Near 100 % the page cache goes, then the OOM killer comes.', 'percentunit', [
      [
        `sum by (namespace, pod, container) (container_memory_working_set_bytes{${container}}) / max by (namespace, pod, container) (kube_pod_container_resource_limits{resource="memory", ${ofPod}})`,
        containerLegend,
      ],
    ]).min(0),
    panel('Network of pods', 'Packets received and sent each second.', 'pps', [
      podRate('container_network_receive_packets_total', `in ${podLegend}`),
      podRate('container_network_transmit_packets_total', `out ${podLegend}`),
    ]).min(0),
    panel('Restarts and OOM kills', 'How many there were within the last ten minutes.', 'short', [
      [`sum by (namespace, pod) (increase(kube_pod_container_status_restarts_total{${ofPod}}[10m]))`, `restarts ${podLegend}`],
      [`sum by (namespace, pod) (increase(container_oom_events_total{${container}}[10m]))`, `OOM kills ${podLegend}`],
    ]).min(0),
  ];
}

export function gpuNodes(): dashboard.Dashboard {
  const board = newBoard({
    uid: 'llm-gpu-nodes',
    title: 'GPUs and nodes of LLM serving',
    description: 'GPUs, machines and containers under the models, from DCGM, node_exporter, cAdvisor and kube-state-metrics, beside the incidents that rca_exporter found.',
    tags: ['llm', 'gpu', 'kubernetes'],
    from: 'now-1h',
    refresh: '30s',
    page: 'dashboards.md',
  })
    .withVariable(several('host', 'GPU host', 'label_values(DCGM_FI_DEV_GPU_UTIL, Hostname)'))
    .withVariable(several('node', 'Node', 'label_values(node_uname_info, nodename)'))
    .withVariable(several('namespace', 'Namespace', 'label_values(container_memory_working_set_bytes, namespace)'))
    .withVariable(several('pod', 'Pod', 'label_values(container_memory_working_set_bytes{namespace=~"$namespace"}, pod)'));
  return withSections(board, [
    { title: 'GPUs, now', panels: gpusNow() },
    { title: 'What GPUs do', panels: gpuWork() },
    { title: 'Power and temperature', panels: gpuPower() },
    { title: 'GPU faults and links', panels: gpuFaults() },
    { title: 'Nodes', panels: nodes() },
    { title: 'Containers', panels: containers() },
  ]);
}
