// From series to the model. Reductions, all of them said in the notices: samples without a label they need are left
// out; of samples with the same identity (two replicas of the exporter, two data sources) the newest counts, of equally
// new ones the larger; of a range query the last value counts, unless the series ended well before its siblings.
import type { DataFrame, Labels } from '@grafana/data';

import { readSeries, type Series } from './frames';
import { readIncidents } from './incidents';
import { signalKey, type ChangeEvent, type ObservabilityGap, type RcaModel, type SignalSeries, type Slo } from './model';
import { addNotice, type Notice } from './notices';
import { isSeriesName, SERIES, type SeriesName } from './series';

/** A series whose last value is older than this, seen from the newest one of the same name, has ended. */
const STALE_AFTER_MS = 5 * 60_000;

/** A state: the last value of a series. */
export interface Sample {
  labels: Labels;
  value: number;
  at: number;
  series: Series;
}

export type Samples = (name: SeriesName) => Sample[];

/** Builds the model. `now` (ms) is the time against which clocks are compared. */
export function buildModel(frames: readonly DataFrame[], now: number): RcaModel {
  const notices: Notice[] = [];
  const series = readSeries(frames, notices, isSeriesName);
  const byName = new Map<SeriesName, Series[]>();
  for (const one of series) {
    if (isSeriesName(one.name)) {
      const siblings = byName.get(one.name);
      if (siblings) {
        siblings.push(one);
      } else {
        byName.set(one.name, [one]);
      }
    }
  }
  const samples: Samples = (name) => latest(name, byName.get(name) ?? [], notices);
  return {
    incidents: readIncidents(samples, now, notices),
    changes: readChanges(samples),
    slos: readSlos(samples),
    gaps: readGaps(samples),
    anomalies: readAnomalies(byName.get('rca_anomaly_score') ?? []),
    series,
    notices,
  };
}

function identity(name: SeriesName, labels: Labels): string {
  return JSON.stringify(SERIES[name].labels.map((label) => labels[label] ?? ''));
}

function latest(name: SeriesName, all: readonly Series[], notices: Notice[]): Sample[] {
  const required: readonly string[] = SERIES[name].required;
  const newest = all.reduce((max, one) => Math.max(max, one.times.at(-1) ?? 0), 0);
  const found = new Map<string, Sample>();
  for (const one of all) {
    const missing = required.find((label) => !one.labels[label]);
    if (missing) {
      addNotice(notices, 'missing-label', `Samples of ${name} without the label "${missing}" were left out.`);
      continue;
    }
    const at = one.times.at(-1) ?? 0;
    if (newest - at > STALE_AFTER_MS) {
      continue;
    }
    const sample = { labels: one.labels, value: one.values.at(-1) ?? Number.NaN, at, series: one };
    const key = identity(name, one.labels);
    const other = found.get(key);
    if (!other) {
      found.set(key, sample);
      continue;
    }
    if (one.times.length === 1 && other.series.times.length === 1) {
      addNotice(notices, 'duplicate', `Several sources give the same series of ${name}; the newest value of each is shown.`);
    }
    if (at > other.at || (at === other.at && sample.value > other.value)) {
      found.set(key, sample);
    }
  }
  return [...found.values()];
}

function readChanges(samples: Samples): ChangeEvent[] {
  return samples('rca_change_event_timestamp_seconds')
    .map(({ labels, value }) => ({
      at: value * 1000,
      kind: labels['kind'] ?? '',
      entity: labels['entity'] ?? '',
      from: labels['from'] ?? '',
      to: labels['to'] ?? '',
    }))
    .sort((a, b) => b.at - a.at);
}

function readSlos(samples: Samples): Slo[] {
  const slos = new Map<string, Slo>();
  const slo = (labels: Labels): Slo => {
    const name = labels['slo'] ?? '';
    const known = slos.get(name) ?? { name, active: false };
    slos.set(name, known);
    return known;
  };
  for (const { labels, value } of samples('rca_incident_active')) {
    slo(labels).active = value > 0;
  }
  for (const { labels, series } of samples('rca_sli_value')) {
    slo(labels).value = series;
  }
  for (const { labels, value } of samples('rca_sli_threshold')) {
    slo(labels).threshold = value;
  }
  for (const { labels, value } of samples('rca_sli_objective_ratio')) {
    slo(labels).objective = value;
  }
  return [...slos.values()].sort((a, b) => a.name.localeCompare(b.name));
}

function readGaps(samples: Samples): ObservabilityGap[] {
  return samples('rca_observability_gap')
    .filter(({ value }) => value > 0)
    .map(({ labels }) => ({ entity: labels['entity'] ?? '', signal: labels['signal'] ?? '', kind: labels['kind'] ?? '' }));
}

/** Of several sources of one signal, that with the most points. */
function readAnomalies(all: readonly Series[]): Map<string, SignalSeries> {
  const result = new Map<string, SignalSeries>();
  for (const { labels, times, values } of all) {
    const { entity, signal } = labels;
    if (!entity || !signal) {
      continue;
    }
    const key = signalKey(entity, signal);
    if ((result.get(key)?.times.length ?? 0) < times.length) {
      result.set(key, { entity, signal, times, values });
    }
  }
  return result;
}
