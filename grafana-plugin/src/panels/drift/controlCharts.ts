// From series to control charts.
import { addNotice, type Notice, type Series } from '../../data';

import type { ChartPoint, ControlChart } from './model';
import { eachNumber, latest } from './samples';

type NumberField = Exclude<keyof ChartPoint, 'time' | 'violations'>;

const CHART_FIELDS: Record<string, NumberField> = {
  rca_spc_value: 'value',
  rca_spc_center: 'center',
  rca_spc_upper_limit: 'upper',
  rca_spc_lower_limit: 'lower',
  rca_spc_ewma: 'ewma',
  rca_spc_ewma_upper_limit: 'ewmaUpper',
  rca_spc_ewma_lower_limit: 'ewmaLower',
  rca_spc_cusum_limit: 'cusumLimit',
};

interface ChartDraft {
  chart: ControlChart;
  points: Map<number, ChartPoint>;
}

/** Those that break most rules first. */
export function buildCharts(series: readonly Series[], notices: Notice[]): ControlChart[] {
  const drafts = new Map<string, ChartDraft>();
  for (const one of series) {
    const { signal, entity = '' } = one.labels;
    if (!signal) {
      addNotice(notices, 'missing-label', `Samples of ${one.name} without the label signal were left out.`);
      continue;
    }
    addToChart(chartOf(drafts, signal, entity), one, notices);
  }
  return [...drafts.values()].map(finishChart).sort(compareCharts);
}

function chartOf(drafts: Map<string, ChartDraft>, signal: string, entity: string): ChartDraft {
  const key = JSON.stringify([signal, entity]);
  let draft = drafts.get(key);
  if (!draft) {
    draft = { chart: { key, signal, entity, points: [], broken: [], referenceSamples: null }, points: new Map() };
    drafts.set(key, draft);
  }
  return draft;
}

function addToChart(draft: ChartDraft, one: Series, notices: Notice[]): void {
  if (one.name === 'rca_spc_reference_samples') {
    draft.chart.referenceSamples = latest(one);
    return;
  }
  if (one.name === 'rca_spc_violation') {
    const rule = one.labels.rule;
    if (!rule) {
      addNotice(notices, 'missing-label', 'Samples of rca_spc_violation without the label rule were left out.');
      return;
    }
    eachNumber(one, (time, value) => {
      if (value >= 0.5) {
        pointAt(draft, time).violations.push(rule);
      }
    });
    return;
  }
  const field = fieldOf(one);
  if (field !== null) {
    eachNumber(one, (time, value) => (pointAt(draft, time)[field] = value));
  }
}

function fieldOf(one: Series): NumberField | null {
  if (one.name === 'rca_spc_cusum') {
    return one.labels.side === 'low' ? 'cusumLow' : 'cusumHigh';
  }
  return CHART_FIELDS[one.name] ?? null;
}

function pointAt(draft: ChartDraft, time: number): ChartPoint {
  let point = draft.points.get(time);
  if (!point) {
    point = {
      time,
      value: null,
      center: null,
      upper: null,
      lower: null,
      ewma: null,
      ewmaUpper: null,
      ewmaLower: null,
      cusumHigh: null,
      cusumLow: null,
      cusumLimit: null,
      violations: [],
    };
    draft.points.set(time, point);
  }
  return point;
}

function finishChart({ chart, points }: ChartDraft): ControlChart {
  const sorted = [...points.values()].sort((a, b) => a.time - b.time);
  const newest = sorted.at(-1);
  return { ...chart, points: sorted, broken: newest ? [...newest.violations].sort() : [] };
}

function compareCharts(a: ControlChart, b: ControlChart): number {
  return b.broken.length - a.broken.length || a.signal.localeCompare(b.signal) || a.entity.localeCompare(b.entity);
}
