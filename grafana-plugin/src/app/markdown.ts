// The incident as Markdown, from its series alone, in the order of the exporter's own report.
import { changeKey, CONSENSUS, type ChangeEvent, type Incident, type RcaModel, type Slo } from '../data';
import { faultClassTitle } from '../data/faultClasses';
import { durationMs, type IncidentRow } from './incidents';
import { durationText, percentText, quantityText, utcText, words } from './text';

export interface TimelineEntry {
  time: number;
  text: string;
}

/** One incident with what lies around it. */
export interface Case {
  row: IncidentRow;
  incident: Incident;
  /** Of the incident's objective; undefined when its series are gone. */
  slo: Slo | undefined;
  /** Changes from an hour before the onset to the end, oldest first. */
  changes: readonly ChangeEvent[];
  indicator: Indicator;
}

/** How the indicator moved; null where it has no samples. */
export interface Indicator {
  before: number | null;
  worst: number | null;
  worstAt: number | null;
}

const CHANGES_BEFORE_MS = 3600_000;
const MOST_SUSPECTS = 5;

export function buildCase(row: IncidentRow, incident: Incident, model: RcaModel, now: number): Case {
  const slo = model.slos.find((one) => one.name === incident.slo);
  const start = row.onset ?? row.detected;
  const end = start === null ? null : start + (durationMs(row, now) ?? 0);
  const changes =
    start === null || end === null
      ? []
      : model.changes.filter((one) => one.at >= start - CHANGES_BEFORE_MS && one.at <= end).sort((a, b) => a.at - b.at);
  return { row, incident, slo, changes, indicator: readIndicator(slo, start, end) };
}

/** Worst is the value farthest on the side of the threshold that the value before the incident was not on. */
function readIndicator(slo: Slo | undefined, start: number | null, end: number | null): Indicator {
  const before: number[] = [];
  const during: TimedValue[] = [];
  slo?.value?.times.forEach((time, i) => {
    const value = slo.value?.values[i] ?? NaN;
    if (start === null || end === null || !Number.isFinite(value)) {
      return;
    }
    if (time < start) {
      before.push(value);
    } else if (time <= end) {
      during.push({ time, value });
    }
  });
  const usual = median(before);
  const lowBreaks = usual !== null && slo?.threshold !== undefined && usual > slo.threshold;
  const worst = during.reduce<TimedValue | null>(
    (found, one) => (found === null || (lowBreaks ? one.value < found.value : one.value > found.value) ? one : found),
    null,
  );
  return { before: usual, worst: worst?.value ?? null, worstAt: worst?.time ?? null };
}

interface TimedValue {
  time: number;
  value: number;
}

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  return upper === undefined || lower === undefined ? null : (lower + upper) / 2;
}

/** What happened, in one or two sentences. `now` in unix milliseconds. */
export function problemStatement({ row, slo, indicator }: Case, now: number): string {
  const subject = row.slo === '' ? 'The objective' : `The objective "${words(row.slo)}"`;
  const since = row.onset ?? row.detected;
  const duration = durationMs(row, now);
  const lasted = duration === null ? '' : ` (${durationText(duration)})`;
  let text = `${subject} was broken`;
  if (row.state === 'open') {
    text = `${subject} is broken${since === null ? '' : ` since ${utcText(since)}`}${lasted}`;
  } else if (since !== null && row.resolved !== null) {
    text += ` from ${utcText(since)} to ${utcText(row.resolved)}${lasted}`;
  } else if (since !== null) {
    text += ` from ${utcText(since)} on`;
  }
  text += '.';
  if (indicator.worst !== null) {
    const move = indicator.before === null ? 'reached' : `went from ${quantityText(indicator.before)} to`;
    text += ` Its indicator ${move} ${quantityText(indicator.worst)}`;
    text += slo?.threshold === undefined ? '.' : `; the objective is at ${quantityText(slo.threshold)}.`;
  }
  if (row.state === 'silent') {
    text += ` It was not reported as resolved, and nothing was reported of it after ${utcText(row.lastSeen ?? NaN)}.`;
  }
  return text;
}

export function rootCauseStatement({ row, incident }: Case): string {
  if (row.entity === null) {
    const first = incident.rankings.get(CONSENSUS)?.[0];
    return first === undefined
      ? 'No root cause is known yet.'
      : `No entity is likely enough to be named. The most likely is ${first.entity} (probability of the entity: ${percentText(first.score)}).`;
  }
  const fault = row.faultClass === null ? 'the kind of fault cannot be told' : faultClassTitle(row.faultClass);
  const category = incident.faultClasses.find((one) => one.faultClass === row.faultClass)?.category;
  return (
    `${row.entity}: ${fault}${category ? ` (${words(category)})` : ''}.` +
    (row.probability === null ? '' : ` Probability that this entity is the root cause: ${percentText(row.probability)}${withFault(incident, row)}.`)
  );
}

/** The other probability, named beside the first, since the two are easily taken for one. */
function withFault(incident: Incident, { entity, faultClass }: IncidentRow): string {
  const fault = incident.faultClasses.find((one) => one.entity === entity && one.faultClass === faultClass);
  return fault === undefined ? '' : `; with this fault: ${percentText(fault.probability)}`;
}

function likelihoodOf({ changeLikelihoods }: Incident, change: ChangeEvent): string {
  const likelihood = changeLikelihoods.get(changeKey(change));
  return likelihood === undefined ? '' : ` (likelihood that it brought the incident about: ${percentText(likelihood)})`;
}

export function timelineEntries({ row, incident, changes, indicator }: Case): TimelineEntry[] {
  const entries: TimelineEntry[] = changes.map((change) => ({
    time: change.at,
    text: `Change: ${words(change.kind)} of ${change.entity}${change.from ? ` from ${change.from}` : ''}${change.to ? ` to ${change.to}` : ''}${likelihoodOf(incident, change)}`,
  }));
  const add = (time: number | null, text: string) => {
    if (time !== null) {
      entries.push({ time, text });
    }
  };
  add(row.onset, 'Onset (estimated)');
  add(row.detected, 'Detected');
  add(indicator.worstAt, `Worst value of the indicator: ${quantityText(indicator.worst ?? NaN)}`);
  add(incident.mitigated ?? null, 'Mitigated: the objective was kept again');
  add(row.resolved, 'Resolved');
  return entries.sort((a, b) => a.time - b.time);
}

/** `source` is said at the end: the data source that the page read. */
export function incidentMarkdown(one: Case, now: number, source: string): string {
  const { row, incident } = one;
  const parts = [
    `# Incident ${inline(row.id)}`,
    section('Problem statement', inline(problemStatement(one, now))),
    section('Root cause', inline(rootCauseStatement(one)), suspectsTable(incident)),
    section('Five whys', whyList(incident)),
    section('Timeline', table(['time (UTC)', 'event'], timelineEntries(one).map((entry) => [utcText(entry.time), entry.text]))),
    section('Findings', table(['role', 'entity', 'signal'], incident.findings.map((finding) => [words(finding.role), finding.entity, finding.signal]))),
    section('Propagation', incident.edges.map((edge) => `- ${inline(edge.source)} → ${inline(edge.target)} (${quantityText(edge.weight)})`).join('\n')),
    section('Corrective actions', table(['kind', 'action', 'effect'], incident.actions.map((action) => [action.kind, action.action, actionStateText(action.state)]))),
    section('Error budget', row.budget === null ? '' : budgetText(row.budget)),
    section('Recurrence', recurrenceText(row.recurrences)),
    `_From the series in ${inline(source)}, read at ${utcText(now)}._`,
  ];
  return parts.filter(Boolean).join('\n\n') + '\n';
}

export function budgetText(consumed: number): string {
  return `This incident used ${percentText(consumed)} of the error budget.`;
}

export function actionStateText(state: string): string {
  switch (state) {
    case 'holds':
      return 'holds: the effect was seen';
    case 'failed':
      return 'failed: the effect was not seen';
    case 'pending':
      return 'pending: the effect is watched';
    default:
      return state;
  }
}

export function recurrenceText(recurrences: number | null): string {
  if (recurrences === null) {
    return '';
  }
  const times = Math.round(recurrences);
  return times < 1 ? 'This is the first incident of its kind.' : `${times} earlier incident${times === 1 ? '' : 's'} of the same kind.`;
}

function section(title: string, ...blocks: string[]): string {
  const filled = blocks.filter(Boolean);
  return filled.length === 0 ? '' : `## ${title}\n\n${filled.join('\n\n')}`;
}

function suspectsTable(incident: Incident): string {
  const suspects = incident.rankings.get(CONSENSUS) ?? [];
  return table(
    ['entity', 'signal that speaks most for it', 'probability of the entity'],
    suspects.slice(0, MOST_SUSPECTS).map((one) => [one.entity, one.signal, percentText(one.score)]),
  );
}

function whyList(incident: Incident): string {
  return incident.whys
    .map((why, i) => `${i + 1}. Why: ${inline(why.effect)}? Because ${inline(why.cause)}. (${percentText(why.confidence)} sure)`)
    .join('\n');
}

function table(header: string[], rows: string[][]): string {
  if (rows.length === 0) {
    return '';
  }
  const line = (cells: string[]) => `| ${cells.map(inline).join(' | ')} |`;
  return [line(header), `|${' --- |'.repeat(header.length)}`, ...rows.map(line)].join('\n');
}

// Label values are data: none of them may end a row or begin markup.
function inline(text: string): string {
  return text
    .replaceAll(/[\r\n]+/g, ' ')
    .replaceAll('\\', '\\\\')
    .replaceAll('|', '\\|')
    .replaceAll(/([*_`<[\]])/g, '\\$1');
}
