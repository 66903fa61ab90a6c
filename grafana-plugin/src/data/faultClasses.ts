// The catalogue of root causes as docs/root-causes.md has it: how a fault class is called, and on which branch of the
// fishbone it stands. A class that is not in it (of a newer exporter) is placed by its category.

export type FishboneBranch = 'model' | 'infrastructure' | 'data' | 'process' | 'people';

export const BRANCHES: readonly FishboneBranch[] = ['model', 'infrastructure', 'data', 'process', 'people'];

export interface FaultClassEntry {
  /** For people. */
  title: string;
  category: string;
  branch: FishboneBranch;
}

export const FAULT_CLASSES: Readonly<Record<string, FaultClassEntry>> = {
  memory_exhaustion: { title: 'Memory exhaustion', category: 'inference_infrastructure', branch: 'infrastructure' },
  compute_saturation: { title: 'Compute saturation', category: 'inference_infrastructure', branch: 'infrastructure' },
  network_latency: { title: 'Network latency', category: 'inference_infrastructure', branch: 'infrastructure' },
  io_bottleneck: { title: 'I/O bottleneck', category: 'inference_infrastructure', branch: 'infrastructure' },
  prompt_template_drift: { title: 'Prompt-template drift', category: 'prompt_and_input', branch: 'data' },
  input_drift: { title: 'Input or concept drift', category: 'prompt_and_input', branch: 'data' },
  malformed_input: { title: 'Malformed, extreme or adversarial input', category: 'prompt_and_input', branch: 'data' },
  retrieval_failure: { title: 'Retrieval failure', category: 'prompt_and_input', branch: 'data' },
  output_drift: { title: 'Output or embedding drift', category: 'model_and_configuration', branch: 'model' },
  quantization_artefact: { title: 'Quantisation artefacts', category: 'model_and_configuration', branch: 'model' },
  wrong_model_version: { title: 'Wrong model version', category: 'model_and_configuration', branch: 'process' },
  sampling_misconfiguration: { title: 'Sampling-parameter misconfiguration', category: 'model_and_configuration', branch: 'process' },
  tool_failure: { title: 'Tool or API failure', category: 'orchestration_and_dependencies', branch: 'infrastructure' },
  context_window_handling: { title: 'Context-window handling', category: 'orchestration_and_dependencies', branch: 'process' },
  rate_limiting: { title: 'Rate limiting and throttling', category: 'orchestration_and_dependencies', branch: 'process' },
  session_state_error: { title: 'Session-state errors', category: 'orchestration_and_dependencies', branch: 'infrastructure' },
  missing_traces: { title: 'No distributed tracing', category: 'observability_gaps', branch: 'process' },
  missing_metrics: { title: 'Missing metrics', category: 'observability_gaps', branch: 'process' },
  unstructured_logs: { title: 'Logs without structure or correlation id', category: 'observability_gaps', branch: 'process' },
  late_alerting: { title: 'Late alerting', category: 'observability_gaps', branch: 'people' },
  retry_storm: { title: 'Retry storm', category: 'cascades_and_scaling', branch: 'process' },
  hot_key: { title: 'Hot key', category: 'cascades_and_scaling', branch: 'data' },
  deployment_shift: { title: 'Deployment or traffic shift', category: 'cascades_and_scaling', branch: 'process' },
  noisy_neighbour: { title: 'Noisy neighbour', category: 'cascades_and_scaling', branch: 'infrastructure' },
};

/** The branch on which most classes of the category stand. */
const BRANCH_OF_CATEGORY: Readonly<Record<string, FishboneBranch>> = {
  inference_infrastructure: 'infrastructure',
  prompt_and_input: 'data',
  model_and_configuration: 'model',
  orchestration_and_dependencies: 'infrastructure',
  observability_gaps: 'process',
  cascades_and_scaling: 'process',
};

const entryOf = (name: string): FaultClassEntry | undefined =>
  Object.hasOwn(FAULT_CLASSES, name) ? FAULT_CLASSES[name] : undefined;

/** "compute_saturation" → "compute saturation". */
export const words = (name: string): string => name.replaceAll('_', ' ');

/** "compute_saturation" → "Compute saturation". */
export function faultClassTitle(name: string): string {
  if (name === '' || name === 'unknown') {
    return 'Unknown kind of fault';
  }
  const text = words(name);
  return entryOf(name)?.title ?? text.charAt(0).toUpperCase() + text.slice(1);
}

export function branchOf(faultClass: string, category = ''): FishboneBranch {
  const ofCategory = Object.hasOwn(BRANCH_OF_CATEGORY, category) ? BRANCH_OF_CATEGORY[category] : undefined;
  return entryOf(faultClass)?.branch ?? ofCategory ?? 'infrastructure';
}
