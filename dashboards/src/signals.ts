// The evidence: the SLIs, what the exporter measures on every signal, the stack's own metrics, changes, and how healthy
// the analysis itself is.
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import * as common from '@grafana/grafana-foundation-sdk/common';
import type * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';

import { dashed, stat, table, thresholds, timeseries, unitOf, type Query, type Unit } from './panels.js';

type Panels = Builder<dashboard.Panel>[];

export function symptom(): Panels {
  return [
    timeseries(
      {
        title: 'SLI against its threshold',
        description: 'Each SLI in its own base unit (seconds, ratio, tokens/s), and dashed the threshold of its objective.',
        unit: 'short',
        width: 12,
        height: 8,
      },
      [
        ['max by (slo) (rca_sli_value{slo=~"$slo"})', '{{slo}}'],
        ['max by (slo) (rca_sli_threshold{slo=~"$slo"})', 'threshold of {{slo}}'],
      ],
    ).overrideByRegexp(...dashed('threshold of .*')),
    timeseries(
      {
        title: 'How far from the objective',
        description: 'SLI over threshold. Latencies and error ratios break their objective above 1, availability and throughput below 1.',
        unit: 'short',
        width: 12,
        height: 8,
        decimals: 2,
      },
      [['max by (slo) (rca_sli_value{slo=~"$slo"} / rca_sli_threshold{slo=~"$slo"})', '{{slo}}']],
    )
      .min(0)
      .thresholds(
        thresholds([
          [null, 'transparent'],
          [1, 'red'],
        ]),
      )
      .thresholdsStyle(new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed)),
  ];
}

export function signals(): Panels {
  return [
    timeseries(
      {
        title: 'Strongest anomaly scores',
        description: 'The ten signals that are furthest from their normal window now, in robust standard deviations; the sign is left out.',
        unit: 'short',
        width: 12,
        height: 9,
        decimals: 1,
      },
      [['topk(10, abs(max by (entity, signal) (rca_anomaly_score{entity=~"$entities"})))', '{{entity}} {{signal}}']],
    ),
    timeseries(
      {
        title: 'Deviation from the peers: $peer_signal',
        description: "Difference of each entity from the median of its peer group, in the signal's own unit. Replicas of one model should all be near 0.",
        unit: 'short',
        width: 12,
        height: 9,
      },
      [['max by (peer_group, entity) (rca_peer_deviation{signal="$peer_signal", entity=~"$entities"})', '{{entity}}']],
    ),
  ];
}

// The stack's own metrics, per replica, so that one can see what the analysis saw.
export function stackEvidence(): Panels {
  const panel = (title: string, description: string, unit: Unit, queries: Query[]): Builder<dashboard.Panel> =>
    timeseries({ title, description, unit, width: 8, height: 7 }, queries);
  const p95 = (metric: string): Query => [
    `histogram_quantile(0.95, sum by (model_name, pod, le) (rate(${metric}_bucket[$__rate_interval])))`,
    '{{model_name}} {{pod}}',
  ];
  const gpu = '{{Hostname}} GPU {{gpu}}';
  return [
    panel(
      'Inter-token latency, 95th percentile',
      'vLLM, per replica. A replica that is slower than its peers at equal load has a slower GPU, CPU or network.',
      's',
      [p95('vllm:inter_token_latency_seconds')],
    ),
    panel(
      'Time to first token, 95th percentile',
      'vLLM, per replica: queueing and prefill. Rises when requests wait for the KV cache or for the CPU.',
      's',
      [p95('vllm:time_to_first_token_seconds')],
    ),
    panel('Requests running and waiting', 'vLLM, per replica. Requests that wait are congestion.', 'short', [
      ['sum by (model_name, pod) (vllm:num_requests_running)', 'running {{model_name}} {{pod}}'],
      ['sum by (model_name, pod) (vllm:num_requests_waiting)', 'waiting {{model_name}} {{pod}}'],
    ]),
    panel('KV cache in use', 'vLLM, per replica. Near 100 % requests are preempted.', 'percentunit', [
      ['max by (model_name, pod) (vllm:kv_cache_usage_perc)', '{{model_name}} {{pod}}'],
    ]),
    panel(
      'GPU clock',
      'SM clock from DCGM. A clock that falls under load is power capping or thermal throttling.',
      'hertz',
      [['DCGM_FI_DEV_SM_CLOCK * 1e6', gpu]],
    ),
    panel('GPU power', 'Power draw from DCGM. A flat line below the other GPUs is a power limit.', 'watt', [
      ['DCGM_FI_DEV_POWER_USAGE', gpu],
    ]),
    panel('CPU of containers', 'cAdvisor, in cores. A container that needs more than it did, or more than its peers, competes for the CPU.', 'short', [
      [
        'sum by (namespace, pod, container) (rate(container_cpu_usage_seconds_total{container!~"|POD"}[$__rate_interval]))',
        '{{pod}} {{container}}',
      ],
    ]),
    panel('Memory of containers', 'cAdvisor, working set. Growth without load is a leak or a guest.', 'bytes', [
      [
        'sum by (namespace, pod, container) (container_memory_working_set_bytes{container!~"|POD"})',
        '{{pod}} {{container}}',
      ],
    ]),
    panel('Network of pods', 'cAdvisor, packets received and sent each second.', 'pps', [
      [
        'sum by (namespace, pod) (rate(container_network_receive_packets_total[$__rate_interval])) + sum by (namespace, pod) (rate(container_network_transmit_packets_total[$__rate_interval]))',
        '{{pod}}',
      ],
    ]),
  ];
}

export function changes(): Panels {
  return [
    table(
      {
        title: 'Changes',
        description: 'Deployments, configuration changes and scaling that rca_exporter was told of. What changed shortly before an onset is a suspect.',
        unit: 'short',
        width: 24,
        height: 6,
      },
      ['max by (kind, entity, from, to) (rca_change_event_timestamp_seconds) * 1000'],
      { Value: 'When', kind: 'Kind', entity: 'Entity', from: 'From', to: 'To' },
    )
      .noValue('no change was reported')
      .overrideByName('When', [unitOf('dateTimeAsIso')]),
  ];
}

export function exporterHealth(): Panels {
  return [
    timeseries(
      {
        title: 'Age of the last evaluation',
        description: 'Time since the last evaluation that succeeded. It should stay below twice the interval.',
        unit: 's',
        width: 6,
        height: 7,
      },
      [['time() - rca_last_success_timestamp_seconds', '{{instance}}']],
    ).min(0),
    timeseries(
      {
        title: 'Duration of an evaluation',
        description: 'How long the last evaluation took, reading included.',
        unit: 's',
        width: 6,
        height: 7,
      },
      [['rca_evaluation_duration_seconds', '{{instance}}']],
    ).min(0),
    timeseries(
      {
        title: 'Failed remote reads',
        description: 'Per second, by source and reason. Each one fails a whole evaluation; the last good result stays.',
        unit: 'ops',
        width: 6,
        height: 7,
      },
      [
        [
          'sum by (endpoint, reason) (rate(rca_remote_read_failures_total[$__rate_interval])) > 0',
          '{{endpoint}}: {{reason}}',
        ],
      ],
    )
      .min(0)
      .noValue('none'),
    stat(
      {
        title: 'Signals, share of the limit',
        description: 'Signals tracked over the configured bound; at 100 % the evaluation fails rather than lose signals silently.',
        unit: 'percentunit',
        width: 3,
        height: 7,
        decimals: 0,
      },
      ['max(rca_evaluation_signals / rca_evaluation_signals_limit)', 'used'],
      [
        [null, 'green'],
        [0.8, 'orange'],
        [0.95, 'red'],
      ],
    ),
    stat(
      {
        title: 'Configuration',
        description: '1: the last reload succeeded. 0: the old configuration is still used.',
        unit: 'short',
        width: 3,
        height: 7,
        decimals: 0,
      },
      ['min(rca_config_last_reload_successful)', 'reload'],
      [
        [null, 'red'],
        [1, 'green'],
      ],
    ),
  ];
}
