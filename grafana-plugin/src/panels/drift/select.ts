// Which of several distributions or charts is shown.
import { wantedIncident } from '../../components/status';

import type { ControlChart, Drift, DriftModel } from './model';
import type { DriftOptions } from './options';

export type Picture =
  | { kind: 'distribution'; shown: Drift; choices: readonly Drift[] }
  | { kind: 'control'; shown: ControlChart; choices: readonly ControlChart[] }
  | { kind: 'none'; reason: string };

/**
 * What the options ask for, narrowed to `chosen` (a key) when somebody picked one in the panel. A filter that matches
 * nothing says so instead of showing another signal.
 */
export function choosePicture(
  model: DriftModel,
  options: DriftOptions,
  replaceVariables: (text: string) => string,
  chosen: string | null,
): Picture {
  const wanted = {
    signal: wantedIncident(options.signal, replaceVariables),
    entity: wantedIncident(options.entity, replaceVariables),
    reference: wantedIncident(options.reference, replaceVariables),
  };
  const matches = (one: { signal: string; entity: string; reference?: string }): boolean =>
    (wanted.signal === '' || one.signal === wanted.signal) &&
    (wanted.entity === '' || one.entity === wanted.entity) &&
    (wanted.reference === '' || one.reference === undefined || one.reference === wanted.reference);
  const drifts = options.mode === 'control' ? [] : model.drifts.filter(matches);
  const charts = options.mode === 'distribution' ? [] : model.charts.filter(matches);
  const drift = pick(drifts, chosen);
  if (drift) {
    return { kind: 'distribution', shown: drift, choices: drifts };
  }
  const chart = pick(charts, chosen);
  if (chart) {
    return { kind: 'control', shown: chart, choices: charts };
  }
  return { kind: 'none', reason: reasonFor(model, options, wanted) };
}

function pick<T extends { key: string }>(all: readonly T[], chosen: string | null): T | undefined {
  return all.find((one) => one.key === chosen) ?? all[0];
}

function reasonFor(model: DriftModel, options: DriftOptions, wanted: { signal: string; entity: string; reference: string }): string {
  if (options.mode === 'distribution' && model.drifts.length === 0 && model.charts.length > 0) {
    return 'The queries give control charts, but no distributions.';
  }
  if (options.mode === 'control' && model.charts.length === 0 && model.drifts.length > 0) {
    return 'The queries give distributions, but no control charts.';
  }
  if (model.drifts.length + model.charts.length > 0) {
    const filter = Object.entries(wanted)
      .filter(([, value]) => value !== '')
      .map(([name, value]) => `${name} ${value}`);
    return `Nothing is compared for ${filter.join(', ')}.`;
  }
  return '';
}
