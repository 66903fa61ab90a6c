// From series to what the panel draws. No React, no clock.
import { addNotice, type Notice, type Series } from '../../data';

import { buildCharts } from './controlCharts';
import { buildDrifts } from './drifts';
import type { DriftModel } from './model';

export const isDriftName = (name: string | undefined): boolean =>
  name !== undefined && (name.startsWith('rca_drift_') || name.startsWith('rca_spc_'));

/** How the exporter itself is doing: of no signal, so nothing to draw. */
const OF_THE_EXPORTER = /^rca_(drift|spc)_(targets|charts|evaluation_)/;

/** `given` are notices of the reading of the frames. */
export function buildDriftModel(series: readonly Series[], given: readonly Notice[] = []): DriftModel {
  const notices = [...given];
  const used = series.filter((one) => isDriftName(one.name) && !OF_THE_EXPORTER.test(one.name));
  if (series.some((one) => !isDriftName(one.name))) {
    addNotice(notices, 'no-values', 'Series whose names begin with neither rca_drift_ nor rca_spc_ are not drawn.');
  }
  const unique = newestOfDuplicates(used, notices);
  return {
    drifts: buildDrifts(unique.filter((one) => one.name.startsWith('rca_drift_')), notices),
    charts: buildCharts(unique.filter((one) => one.name.startsWith('rca_spc_')), notices),
    notices,
  };
}

const newestTime = (one: Series): number => one.times.at(-1) ?? -Infinity;

const IDENTITY = ['signal', 'entity', 'reference', 'distribution', 'le', 'test', 'label', 'value', 'side', 'rule', 'reason'];

// Two exporters or two Prometheus replicas give the same series twice, under another instance or replica label.
function newestOfDuplicates(series: readonly Series[], notices: Notice[]): Series[] {
  const kept = new Map<string, Series>();
  for (const one of series) {
    const key = JSON.stringify([one.name, ...IDENTITY.map((label) => one.labels[label] ?? null)]);
    const other = kept.get(key);
    if (other) {
      addNotice(notices, 'duplicate', `Several sources give the same series of ${one.name}; the newest is shown.`);
    }
    if (!other || newestTime(one) > newestTime(other)) {
      kept.set(key, one);
    }
  }
  return [...kept.values()];
}
