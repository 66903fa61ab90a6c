// LLM serving: what users of the models feel, where a request's time goes, what the scheduler and its KV cache do, and how
// much work there is; per model and per replica.
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import type * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';

import { newBoard } from './board.js';
import { everyName, sources, type Source } from './catalog.js';
import { heatmap, stat, timeseries, withSections, type Query, type Step, type Unit } from './panels.js';
import { choice, quantile, several } from './variables.js';

type Panels = Builder<dashboard.Panel>[];

const chosen = 'model_name=~"$model", $replica_label=~"$replica"';
const perModel = 'model_name';
const perReplica = 'model_name, $replica_label';
const legendOf = (labels: string): string => (labels === perModel ? '{{model_name}}' : '{{model_name}} {{$replica_label}}');

const selector = (metric: string, match?: string): string => `${metric}{${match ? `${match}, ` : ''}${chosen}}`;
const rate = (metric: string, match?: string): string => `rate(${selector(metric, match)}[$__rate_interval])`;

// The servers' names for one thing. They are joined after the aggregation: their buckets have different bounds.
const anyOf = (from: Source[], make: (source: Source) => string): string => from.map(make).join('\nor\n');

const gauge = (role: string, aggregate: 'sum' | 'max' | 'avg', by: string, names = 1): Query => [
  anyOf(sources(role, 'gauge', names), ({ metric, match }) => `${aggregate} by (${by}) (${selector(metric, match)})`),
  legendOf(by),
];

const counter = (role: string, by: string): Query => [
  anyOf(sources(role, 'counter'), ({ metric, match }) => `sum by (${by}) (${rate(metric, match)})`),
  legendOf(by),
];

const ratio = (role: string, by: string): Query => [
  anyOf(
    sources(role, 'counter').filter(({ divisor }) => divisor !== undefined),
    ({ metric, match, divisor = '' }) => `sum by (${by}) (${rate(metric, match)}) / sum by (${by}) (${rate(divisor)})`,
  ),
  legendOf(by),
];

const mean = (role: string, by: string, legend = legendOf(by)): Query => [
  anyOf(
    sources(role, 'histogram_mean'),
    ({ metric, match }) => `sum by (${by}) (${rate(`${metric}_sum`, match)}) / sum by (${by}) (${rate(`${metric}_count`, match)})`,
  ),
  legend,
];

const latency = (role: string, by: string, names = 1): Query => [
  anyOf(
    sources(role, 'histogram', names),
    ({ metric, match }) => `histogram_quantile($quantile, sum by (${by}, le) (${rate(`${metric}_bucket`, match)}))`,
  ),
  legendOf(by),
];

// The buckets of vLLM, or where it has none those of SGLang.
function buckets(role: string): string {
  const increases = sources(role, 'histogram').map(({ metric }) => `sum by (le) (increase(${selector(`${metric}_bucket`)}[$__rate_interval]))`);
  const [first = '', second = ''] = increases;
  return `${first}\nor\n(${second} unless on () ${first})`;
}

function glance(): Panels {
  const one = (title: string, description: string, unit: Unit, query: Query, steps: Step[], decimals?: number) =>
    stat({ title, description, unit, width: 4, height: 5, ...(decimals !== undefined && { decimals }) }, query, steps);
  const plain: Step[] = [[null, 'blue']];
  return [
    one('Requests', 'Requests that ended each second, for whatever reason, per model.', 'reqps', counter('request_rate', perModel), plain, 1),
    one('Time to first token', 'The chosen quantile over all replicas of a model: queueing and prefill.', 's', latency('ttft', perModel), plain),
    one('Inter-token latency', 'The chosen quantile over all replicas of a model: the pace at which an answer is written.', 's', latency('inter_token_latency', perModel, 2), plain),
    one(
      'Waiting',
      'Requests that no replica has scheduled yet, per model. More than none for longer than a moment is congestion.',
      'short',
      gauge('requests_waiting', 'sum', perModel),
      [[null, 'green'], [1, 'orange'], [50, 'red']],
      0,
    ),
    one(
      'KV cache, fullest replica',
      'Share of the KV cache in use by the fullest replica of a model. Near 100 % requests are preempted.',
      'percentunit',
      gauge('kv_cache_usage', 'max', perModel, 2),
      [[null, 'green'], [0.85, 'orange'], [0.97, 'red']],
      0,
    ),
    one(
      'Requests that failed',
      'Share of the ended requests that failed or that the client gave up, per model.',
      'percentunit',
      ratio('error_ratio', perModel),
      [[null, 'green'], [0.01, 'orange'], [0.05, 'red']],
      2,
    ),
  ];
}

const panel = (title: string, description: string, unit: Unit, queries: Query[], width = 8): ReturnType<typeof timeseries> =>
  timeseries({ title, description, unit, width, height: 8 }, queries).min(0);

function latencies(): Panels {
  return [
    panel('Time to first token, quantile $quantile', 'Per replica: queueing and prefill. Rises when requests wait for the KV cache or for the CPU.', 's', [latency('ttft', perReplica)]),
    panel(
      'Inter-token latency, quantile $quantile',
      'Per replica. A replica that is slower than its peers at equal load has a slower GPU, CPU or network.',
      's',
      [latency('inter_token_latency', perReplica, 2)],
    ),
    panel('Latency from end to end, quantile $quantile', 'Per replica, from the arrival of a request to its last token; grows with the length of the answers.', 's', [
      latency('e2e_latency', perReplica),
    ]),
    heatmap(
      {
        title: 'Time to first token, all requests',
        description: 'How many requests fell into each bucket. Two bands are two populations: cached and uncached prompts, or one slow replica.',
        unit: 's',
        width: 12,
        height: 8,
      },
      buckets('ttft'),
    ),
    heatmap(
      {
        title: 'Inter-token latency, all tokens',
        description: 'How many gaps between tokens fell into each bucket. A band above the others is a replica, or the prefills of others in the same batch.',
        unit: 's',
        width: 12,
        height: 8,
      },
      buckets('inter_token_latency'),
    ),
  ];
}

function whereTimeGoes(): Panels {
  return [
    panel('Queue time, quantile $quantile', 'Time that a request waits for its first scheduling.', 's', [latency('queue_time', perReplica)]),
    panel('Prefill time, quantile $quantile', 'Time from scheduling to the first token. Grows with the length of prompts that the prefix cache does not hold.', 's', [
      latency('prefill_time', perReplica),
    ]),
    panel('Decode time, quantile $quantile', 'Time from the first token to the last (vLLM). Grows with the length of the answers and with the batch.', 's', [
      latency('decode_time', perReplica),
    ]),
  ];
}

function scheduler(): Panels {
  return [
    panel('Requests running', 'Requests in the running batch, per replica. Replicas of one model should carry alike.', 'short', [
      gauge('requests_running', 'sum', perReplica),
    ]),
    panel('Requests waiting', 'Requests that wait to be scheduled, per replica.', 'short', [gauge('requests_waiting', 'sum', perReplica)]),
    panel(
      'Requests waiting, by reason',
      'vLLM. "capacity": there is no room in the batch or the KV cache. "deferred": the request waits for something of its own, as a grammar that compiles; that alone is no congestion.',
      'short',
      [[`sum by (model_name, reason) (${selector('${vllm}num_requests_waiting_by_reason')})`, '{{model_name}} {{reason}}']],
    ),
    panel('KV cache in use', 'Share of the KV cache in use, per replica. Near 100 % requests are preempted.', 'percentunit', [
      gauge('kv_cache_usage', 'max', perReplica, 2),
    ]).max(1),
    panel('Preemptions', 'Requests thrown out of the batch each second for want of KV blocks (vLLM). Each is computed again.', 'ops', [
      counter('preemption_rate', perReplica),
    ]),
    panel('Prefix cache hits', 'Share of the looked-up prompt tokens that the prefix cache held. A fall means longer prefills: other prompts, or a router that no longer keeps sessions together.', 'percentunit', [
      [`${ratio('prefix_cache_hit_ratio', perReplica)[0]}\nor\n${gauge('prefix_cache_hit_ratio', 'avg', perReplica)[0]}`, legendOf(perReplica)],
    ]).max(1),
    panel('Tokens per engine step', 'Mean of vLLM: prompt and output tokens together. The budget of a step bounds it; at the bound, prefills hold decodes up.', 'suffix: tokens', [
      mean('iteration_tokens', perReplica),
    ], 12),
    panel('Draft tokens accepted', 'Share of the tokens drafted by speculative decoding that were accepted. A fall slows answers without any other sign.', 'percentunit', [
      [
        `${ratio('spec_decode_acceptance_ratio', perReplica)[0]}\nor\n${gauge('spec_decode_acceptance_ratio', 'avg', perReplica)[0]}`,
        legendOf(perReplica),
      ],
    ], 12)
      .max(1)
      .noValue('no speculative decoding'),
  ];
}

function tokens(): Panels {
  return [
    panel('Prompt tokens', 'Prompt tokens each second, per replica.', 'suffix: tokens/s', [counter('prompt_token_rate', perReplica)]),
    panel('Generated tokens', 'Generated tokens each second, per replica.', 'suffix: tokens/s', [counter('generation_token_rate', perReplica)]),
    panel('Requests that ended', 'Per model. vLLM also says why they ended, below.', 'reqps', [counter('request_rate', perModel)]),
    panel('Prompt length', 'Mean prompt tokens of a request, per model. A change here is a change of what is asked, not of the serving.', 'suffix: tokens', [
      mean('prompt_tokens', perModel),
    ]),
    panel('Output length', 'Mean tokens of an answer, per model, and the mean limit that requests ask for.', 'suffix: tokens', [
      mean('generation_tokens', perModel),
      mean('request_max_tokens', perModel, 'limit {{model_name}}'),
    ]),
    panel('Why requests ended', 'vLLM: "stop" is a complete answer, "length" one cut at its limit, "abort" a client that went away.', 'reqps', [
      [`sum by (model_name, finished_reason) (${rate('${vllm}request_success_total')})`, '{{model_name}} {{finished_reason}}'],
    ]),
  ];
}

function router(): Panels {
  const milliseconds = 'ray_serve_deployment_processing_latency_ms_bucket';
  return [
    panel('Requests waiting in the router', 'Ray Serve, per application and deployment: requests not yet assigned to a replica.', 'short', [
      ['sum by (application, deployment) (ray_serve_deployment_queued_queries)', '{{application}} {{deployment}}'],
    ]),
    panel('Requests at the replicas', 'Ray Serve, per deployment: requests that replicas work on, and those finished each second.', 'short', [
      ['sum by (application, deployment) (ray_serve_replica_processing_queries)', 'under way {{application}} {{deployment}}'],
      ['sum by (application, deployment) (rate(ray_serve_deployment_request_counter_total[$__rate_interval]))', 'finished per second {{application}} {{deployment}}'],
    ]),
    panel('Processing latency, quantile $quantile', 'Ray Serve, per deployment: time that a replica needs for a request.', 's', [
      [
        `histogram_quantile($quantile, sum by (application, deployment, le) (rate(${milliseconds}[$__rate_interval]))) / 1000`,
        '{{application}} {{deployment}}',
      ],
    ]),
  ];
}

function callers(): Panels {
  const client = 'gen_ai_operation_name!="execute_tool", gen_ai_request_model=~"$model"';
  const by = 'gen_ai_request_model';
  const legend = '{{gen_ai_request_model}}';
  const of = (metric: string): Query => [
    `histogram_quantile($quantile, sum by (${by}, le) (rate(${metric}_bucket{${client}}[$__rate_interval])))`,
    legend,
  ];
  return [
    panel('Time to the first chunk, quantile $quantile', 'As callers measure it (OpenTelemetry GenAI): network and gateway are in it.', 's', [
      of('gen_ai_client_operation_time_to_first_chunk_seconds'),
    ]),
    panel('Time between chunks, quantile $quantile', 'As callers measure it (OpenTelemetry GenAI).', 's', [of('gen_ai_client_operation_time_per_output_chunk_seconds')]),
    panel('Calls and failed calls', 'As callers count them (OpenTelemetry GenAI), each second.', 'reqps', [
      [`sum by (${by}) (rate(gen_ai_client_operation_duration_seconds_count{${client}}[$__rate_interval]))`, `calls ${legend}`],
      [
        `sum by (${by}) (rate(gen_ai_client_operation_duration_seconds_count{${client}, error_type!=""}[$__rate_interval])) or 0 * sum by (${by}) (rate(gen_ai_client_operation_duration_seconds_count{${client}}[$__rate_interval]))`,
        `failed ${legend}`,
      ],
    ]),
  ];
}

export function serving(): dashboard.Dashboard {
  const running = `{__name__=~"${[...everyName('vllm', 'requests_running'), ...everyName('sglang', 'requests_running')].join('|')}"}`;
  const anyServer = `{__name__=~"${['vllm', 'sglang', 'tgi', 'llamacpp'].flatMap((server) => everyName(server, 'requests_running')).join('|')}", model_name=~"$model"}`;
  const board = newBoard({
    uid: 'llm-serving',
    title: 'LLM serving',
    description: 'Latency, queues, KV cache and tokens of vLLM, SGLang, TGI and llama.cpp, per model and replica, beside the incidents that rca_exporter found.',
    tags: ['llm', 'inference', 'vllm'],
    from: 'now-1h',
    refresh: '30s',
    page: 'dashboards.md',
  })
    .withVariable(
      choice('vllm', 'vLLM scraped from', [
        ['vLLM', 'vllm:'],
        ['Ray', 'ray_vllm:'],
        ['Ray, newer', 'ray_vllm_'],
      ]),
    )
    .withVariable(several('model', 'Model', `label_values(${running}, model_name)`))
    .withVariable(
      choice('replica_label', 'Label of replicas', [
        ['pod', 'pod'],
        ['instance', 'instance'],
        ['exported_pod', 'exported_pod'],
        ['ReplicaId', 'ReplicaId'],
      ]),
    )
    .withVariable(several('replica', 'Replica', `label_values(${anyServer}, $replica_label)`))
    .withVariable(quantile());
  return withSections(board, [
    { title: 'Per model, now', panels: glance() },
    { title: 'Latency', panels: latencies() },
    { title: 'Where the time goes', panels: whereTimeGoes() },
    { title: 'Scheduler and KV cache', panels: scheduler() },
    { title: 'Tokens', panels: tokens() },
    { title: 'Router: Ray Serve', panels: router() },
    { title: 'What callers see', panels: callers() },
  ]);
}
