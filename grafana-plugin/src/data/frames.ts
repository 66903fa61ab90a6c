// From Grafana's data frames to series. A Prometheus data source gives either one frame per series (format "Time
// series", instant or range) or one frame with a column per label (format "Table"); both are read here, and nothing
// that comes in can make this throw.
import { FieldType, type DataFrame, type Field, type Labels } from '@grafana/data';

import { addNotice, type Notice } from './notices';

/** One series as a data source gave it. `times` are ms since the epoch and ascend; there is no NaN in `values`. */
export interface Series {
  name: string;
  labels: Labels;
  times: number[];
  values: number[];
  /** Where the last point came from, so that data links and units of the panel's field options can be asked for. */
  origin: Origin;
}

export interface Origin {
  frame: DataFrame;
  field: Field;
  row: number;
}

/** More points than this are not read: a query without a filter on a large Prometheus must not freeze the browser. */
export const MAX_POINTS = 500_000;

/**
 * Reads all series of the frames. A series is known by its `__name__`; a query that drops it (`max by (…) (rca_why)`)
 * is known by its refId or the frame's name, when that is the name of a series.
 */
export function readSeries(frames: readonly DataFrame[], notices: Notice[], known: (name: string) => boolean): Series[] {
  const result: Series[] = [];
  let points = 0;
  for (const frame of frames) {
    points += frame.length;
    if (points > MAX_POINTS) {
      addNotice(notices, 'truncated', `Only the first ${MAX_POINTS} points were read; narrow the query.`);
      break;
    }
    const fallback = [frame.refId, frame.name].find((name): name is string => name !== undefined && known(name));
    result.push(...(isTable(frame) ? readTable(frame, fallback, notices) : readLabelled(frame, fallback, notices)));
  }
  return result;
}

const isTable = (frame: DataFrame): boolean => frame.fields.some((field) => field.type === FieldType.string);

const timeField = (frame: DataFrame): Field | undefined => frame.fields.find((field) => field.type === FieldType.time);

/** Fields of numbers with labels: what "Time series" gives, also when Grafana has joined the frames. */
function readLabelled(frame: DataFrame, fallback: string | undefined, notices: Notice[]): Series[] {
  const time = timeField(frame);
  const result: Series[] = [];
  for (const field of frame.fields) {
    if (field.type !== FieldType.number) {
      continue;
    }
    const points = collect(frame, field, time, Array.from({ length: frame.length }, (_, row) => row), notices);
    if (points) {
      const { __name__: name, ...labels } = field.labels ?? {};
      result.push({ name: name ?? fallback ?? '', labels, ...points });
    }
  }
  return result;
}

/** A column per label and one of values: what "Table" gives. Rows with the same labels are one series. */
function readTable(frame: DataFrame, fallback: string | undefined, notices: Notice[]): Series[] {
  const time = timeField(frame);
  const numbers = frame.fields.filter((field) => field.type === FieldType.number);
  const value = numbers.find((field) => /^Value( #.*)?$/.test(field.name)) ?? numbers.at(-1);
  if (!value) {
    addNotice(notices, 'no-values', `A table${frame.refId ? ` of query ${frame.refId}` : ''} has no column of values.`);
    return [];
  }
  const labelFields = frame.fields.filter((field) => field !== value && field !== time && field.type !== FieldType.time);
  const groups = new Map<string, { labels: Labels; rows: number[] }>();
  for (let row = 0; row < frame.length; row++) {
    const labels: Labels = {};
    for (const field of labelFields) {
      const cell: unknown = field.values[row];
      if (cell !== null && cell !== undefined && cell !== '') {
        labels[field.name] = String(cell);
      }
    }
    const key = JSON.stringify(labels);
    const group = groups.get(key);
    if (group) {
      group.rows.push(row);
    } else {
      groups.set(key, { labels, rows: [row] });
    }
  }
  const result: Series[] = [];
  for (const group of groups.values()) {
    const points = collect(frame, value, time, group.rows, notices);
    if (points) {
      const { __name__: name, ...labels } = group.labels;
      result.push({ name: name ?? fallback ?? '', labels, ...points });
    }
  }
  return result;
}

/** The points of these rows, oldest first; undefined when none has a finite value. */
function collect(
  frame: DataFrame,
  field: Field,
  time: Field | undefined,
  rows: number[],
  notices: Notice[],
): Pick<Series, 'times' | 'values' | 'origin'> | undefined {
  const points: Array<{ time: number; value: number; row: number }> = [];
  let missing = 0;
  for (const row of rows) {
    const raw: unknown = field.values[row];
    const value = typeof raw === 'number' ? raw : Number.NaN;
    const at: unknown = time?.values[row];
    if (Number.isFinite(value)) {
      points.push({ time: typeof at === 'number' && Number.isFinite(at) ? at : 0, value, row });
    } else {
      missing++;
    }
  }
  const last = points.at(-1);
  if (!last) {
    if (missing > 0) {
      addNotice(notices, 'not-a-number', 'Series without any value (NaN) were left out.');
    }
    return undefined;
  }
  const sorted = points.every((point, i) => i === 0 || point.time >= points[i - 1]!.time);
  const ordered = sorted ? points : [...points].sort((a, b) => a.time - b.time);
  return {
    times: ordered.map((point) => point.time),
    values: ordered.map((point) => point.value),
    origin: { frame, field, row: ordered.at(-1)!.row },
  };
}
