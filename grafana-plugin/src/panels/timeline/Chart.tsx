import { dateTimeFormat, formattedValueToString, getDisplayProcessor, type Field, type GrafanaTheme2 } from '@grafana/data';
import { useTheme2 } from '@grafana/ui';
import { useMemo, type Ref } from 'react';

import { likelihoodText, timeText, words, type Fact } from '../../components';
import { ChartFrame, LEGEND_HEIGHT, type ChartPicture, type LegendItem } from '../../components/ChartFrame';
import { linearScale, linePath, nearestIndex, niceTicks, timeTicks } from '../../components/scale';
import { useCursor } from '../../components/useCursor';
import type { Incident } from '../../data';

import { eventColor } from './colors';
import type { Sli, Timeline } from './data';

interface Props {
  incident: Incident;
  timeline: Timeline;
  width: number;
  height: number;
  /** The panel's range, ms. */
  from: number;
  to: number;
  timeZone: string;
  picture?: Ref<ChartPicture>;
}

const LEFT = 56;
const RIGHT = 10;
const TOP = 10;
const AXIS = 20;
/** Points drawn: more than pixels show nothing more. */
const MAX_POINTS = 2000;
const NOTHING: readonly number[] = [];

/** The SLI with its threshold, the time of the incident shaded, its events as lines. */
export function Chart({ incident, timeline, width, height, from, to, timeZone, picture }: Props) {
  const theme = useTheme2();
  const { sli, events } = timeline;
  const { times, values } = useMemo(() => thinned(sli), [sli]);
  const cursor = useCursor(times.length);
  const text = useMemo(() => valueText(sli?.origin.field, theme), [sli, theme]);
  const bottom = Math.max(TOP + 10, height - LEGEND_HEIGHT - AXIS);
  const x = linearScale([from, to], [LEFT, Math.max(LEFT + 1, width - RIGHT)]);
  const inside = (at: number): boolean => at >= from && at <= to;
  const used = sli?.threshold === undefined ? values : [...values, sli.threshold];
  const [low, high] = extent(used);
  const ticks = niceTicks(Math.min(0, low), high, bottom / 40);
  const y = linearScale([ticks[0] ?? 0, ticks.at(-1) ?? 1], [bottom, TOP]);
  const xTicks = timeTicks(from, to, width / 110);
  const line = theme.visualization.getColorByName('blue');
  const legend: LegendItem[] = [
    ...(sli ? [{ label: words(sli.name), color: line, shape: 'line' } as const] : []),
    ...(sli?.threshold === undefined ? [] : [{ label: 'threshold', color: theme.colors.error.text, shape: 'dash' } as const]),
    { label: 'incident', color: theme.colors.error.transparent, shape: 'area' },
  ];
  const shadeFrom = Math.max(from, incident.onset ?? incident.detected ?? from);
  const shadeTo = Math.min(to, incident.resolved ?? to);

  return (
    <ChartFrame
      summary={summaryOf(timeline, incident, text)}
      width={width}
      height={height}
      cursor={cursor}
      indexAt={(at) => nearestIndex(times, from + ((at - LEFT) / Math.max(width - LEFT - RIGHT, 1)) * (to - from))}
      tooltip={(index) => ({
        x: x(times[index] ?? from),
        title: timeText(times[index], timeZone),
        facts: tooltipFacts(timeline, times[index] ?? from, values[index] ?? Number.NaN, to - from, text),
      })}
      legend={legend}
      picture={picture}
    >
      {shadeTo > shadeFrom && (
        <rect x={x(shadeFrom)} y={TOP} width={x(shadeTo) - x(shadeFrom)} height={bottom - TOP} fill={theme.colors.error.transparent} />
      )}
      {ticks.map((tick) => (
        <g key={tick}>
          <line x1={LEFT} x2={width - RIGHT} y1={y(tick)} y2={y(tick)} stroke={theme.colors.border.weak} />
          <text x={LEFT - 6} y={y(tick) + 4} textAnchor="end">
            {text(tick)}
          </text>
        </g>
      ))}
      {xTicks.times.map((time) => (
        <text key={time} x={x(time)} y={bottom + 15} textAnchor="middle">
          {dateTimeFormat(time, { timeZone, format: xTicks.format })}
        </text>
      ))}
      {sli?.threshold !== undefined && (
        <line x1={LEFT} x2={width - RIGHT} y1={y(sli.threshold)} y2={y(sli.threshold)} stroke={theme.colors.error.text} strokeDasharray="6 4" />
      )}
      {events
        .filter(({ at }) => inside(at))
        .map((event) => (
          <g key={`${event.kind} ${event.at} ${event.title} ${event.detail}`} stroke={eventColor(event.kind, theme)}>
            <line x1={x(event.at)} x2={x(event.at)} y1={TOP} y2={bottom} strokeWidth={1.5} strokeDasharray={event.kind === 'change' ? '2 3' : undefined} />
            <circle cx={x(event.at)} cy={TOP} r={4} fill={eventColor(event.kind, theme)} />
          </g>
        ))}
      <path
        d={linePath(times.map((_, i) => i), (i) => x(times[i]!), (i) => (inside(times[i]!) ? y(values[i]!) : null))}
        fill="none"
        stroke={line}
        strokeWidth={1.5}
      />
      {cursor.index !== null && times[cursor.index] !== undefined && (
        <line x1={x(times[cursor.index]!)} x2={x(times[cursor.index]!)} y1={TOP} y2={bottom} stroke={theme.colors.text.secondary} />
      )}
      {!sli && (
        <text x={(LEFT + width) / 2} y={(TOP + bottom) / 2} textAnchor="middle">
          no SLI in the data
        </text>
      )}
    </ChartFrame>
  );
}

/** Of each stretch the value farthest from its neighbours' middle would be lost by skipping: minimum and maximum are kept. */
function thinned(sli: Sli | undefined): { times: readonly number[]; values: readonly number[] } {
  if (!sli || sli.times.length <= MAX_POINTS) {
    return { times: sli?.times ?? NOTHING, values: sli?.values ?? NOTHING };
  }
  const size = Math.ceil(sli.times.length / (MAX_POINTS / 2));
  const kept: number[] = [];
  for (let start = 0; start < sli.times.length; start += size) {
    const stretch = Array.from({ length: Math.min(size, sli.times.length - start) }, (_, i) => start + i);
    const least = stretch.reduce((best, i) => (sli.values[i]! < sli.values[best]! ? i : best), start);
    const most = stretch.reduce((best, i) => (sli.values[i]! > sli.values[best]! ? i : best), start);
    kept.push(...[...new Set([least, most])].sort((a, b) => a - b));
  }
  return { times: kept.map((i) => sli.times[i]!), values: kept.map((i) => sli.values[i]!) };
}

const extent = (values: readonly number[]): [number, number] =>
  values.length === 0
    ? [0, 1]
    : values.reduce<[number, number]>(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);

/** By the unit of the field options; without one as a number. */
function valueText(field: Field | undefined, theme: GrafanaTheme2): (value: number) => string {
  const display = field && (field.display ?? getDisplayProcessor({ field, theme }));
  return (value) => (display ? formattedValueToString(display(value)) : String(Number(value.toPrecision(3))));
}

/** Value, threshold, and the events that are near on the screen. */
function tooltipFacts({ sli, events }: Timeline, at: number, value: number, length: number, text: (value: number) => string): Fact[] {
  const near = events.filter((event) => Math.abs(event.at - at) < length / 60);
  return [
    [sli ? words(sli.name) : 'SLI', Number.isFinite(value) ? text(value) : undefined],
    ['Threshold', sli?.threshold === undefined ? undefined : text(sli.threshold)],
    ...near.map((event): Fact => [event.title, [event.detail, event.likelihood === undefined ? '' : likelihoodText(event.likelihood)].filter(Boolean).join(', ') || '•']),
  ];
}

function summaryOf({ sli, events }: Timeline, incident: Incident, text: (value: number) => string): string {
  const bound = sli?.threshold === undefined ? '' : `, threshold ${text(sli.threshold)}`;
  const what = sli ? `${words(sli.name)} over time${bound}.` : 'No SLI in the data.';
  return `${what} The incident is ${incident.open ? 'open' : 'resolved'}, with ${events.length} events, listed below.`;
}
