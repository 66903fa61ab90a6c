// Queries that rightly give nothing while the exporter is healthy. Each is named by the panel or the alert, with the
// reason; every selector in it must give data all the same, so a name that nobody emits is found here too.
export const expectedEmpty: Record<string, string> = {
  'panel Failed remote reads': 'filtered by > 0: no read has failed',
  'panel Failed reads': 'filtered by > 0: no read has failed',
  'alert RcaExporterDown': 'the exporter is up',
  'alert RcaExporterAbsent': 'the exporter is scraped',
  'alert RcaEvaluationStale': 'the last evaluation is recent',
  'alert RcaRemoteReadFailing': 'no read has failed',
  'alert RcaSliMissing': 'every SLI has data',
  'alert RcaSignalsNearLimit': 'few of the allowed signals are tracked',
  'alert RcaConfigReloadFailed': 'the configuration was loaded',
  'alert RcaDriftDetected': 'what is asked of the stack stays the same',
  'alert RcaDriftReferenceOld': 'the reference is some minutes old',
  'alert RcaDriftEvaluationFailing': 'no read has failed',
  'alert RcaSloBudgetExhausted': 'less than half of the window of the budget is known',
  'alert RcaSloDataMissing': 'every SLO has data',
};

// Queries about the resolution of an incident: they have to give data once one is resolved, and are checked then.
export const onceResolved = [
  'panel Incidents D',
  'annotation Resolution',
  'panel Incident timeline rca_incident_mitigated_timestamp_seconds',
  ...['Root-cause ranking', 'Incident timeline', 'Propagation', 'Five whys', 'Fishbone'].map(
    (title) => `panel ${title} rca_incident_resolved_timestamp_seconds`,
  ),
];

// Queries about exporters or features that the demo has not. Each of their metrics must be in the catalogue or in
// docs/series.md.
export const notInDemo: Record<string, string> = {
  'panel Draft tokens accepted': 'no speculative decoding',
  'panel What comparisons lack': 'every comparison has what it needs',
  'panel Which label carries it': 'there is one model and one tenant',
  'panel Cosine distance of embeddings': 'no embeddings',
  'panel Fréchet distance of embeddings': 'no embeddings',
  'panel Maximum mean discrepancy': 'no embeddings',
};

// Queries that give data or none, as it happens. Every selector in them gives data or is of a series in docs/series.md.
export const eitherWay: Record<string, string> = {
  'panel Next budget runs out in': 'there is no forecast when the budgets will last',
  'panel Objectives F': 'there is no forecast when the budgets will last',
  'alert RcaSloBudgetBurnFast': 'the fault may burn a budget so fast',
  'alert RcaSloBudgetBurnSlow': 'the fault may burn a budget so fast',
  'alert RcaSpcViolation': 'the fault may move what runs out of its limits',
  'panel Out of control': 'a rule of a control chart may be broken by chance',
  'panel Incident timeline rca_change_likelihood': 'the only change may come after the onset',
  'panel Fishbone rca_change_likelihood': 'the only change may come after the onset',
  'panel Evaluations B': 'an evaluation from before the first scrape finds no samples and fails',
};

// Labels of legends that only some installations have: of slices of a GPU.
export const optionalLabels = ['GPU_I_ID'];
