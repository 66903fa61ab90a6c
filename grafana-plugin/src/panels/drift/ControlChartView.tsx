import { dateTimeFormat } from '@grafana/data';
import type { TimeZone } from '@grafana/schema';
import { useTheme2 } from '@grafana/ui';
import { useMemo, type Ref } from 'react';

import { type Fact } from '../../components';
import { ChartFrame, LEGEND_HEIGHT, type ChartPicture, type LegendItem } from '../../components/ChartFrame';
import { linearScale, linePath, nearestIndex, niceTicks, timeDomain, timeTicks } from '../../components/scale';
import { useCursor } from '../../components/useCursor';

import type { ChartPoint, ControlChart } from './model';
import { chartSentence, ruleText, type Format } from './text';

interface Props {
  chart: ControlChart;
  width: number;
  height: number;
  /** The panel's range, unix milliseconds. */
  from: number;
  to: number;
  timeZone?: TimeZone;
  format: Format;
  showEwma: boolean;
  showCusum: boolean;
  picture?: Ref<ChartPicture>;
}

const LEFT = 56;
const RIGHT = 10;
const TOP = 8;
const AXIS = 20;
const CUSUM_GAP = 14;
const LEAST_HEIGHT_FOR_CUSUM = 200;

type Pick = (point: ChartPoint) => number | null;

/** A signal with its center and limits, its EWMA, and below it the CUSUM; broken rules are marked. */
export function ControlChartView({ chart, width, height, from, to, timeZone, format, showEwma, showCusum, picture }: Props) {
  const theme = useTheme2();
  const { points } = chart;
  const cursor = useCursor(points.length);
  const times = useMemo(() => points.map((point) => point.time), [points]);
  const { domain } = timeDomain(times, from, to);
  const plot = height - LEGEND_HEIGHT;
  const hasCusum = showCusum && plot >= LEAST_HEIGHT_FOR_CUSUM && points.some((one) => one.cusumHigh !== null || one.cusumLow !== null);
  const hasEwma = showEwma && points.some((one) => one.ewma !== null);
  const cusumHeight = hasCusum ? Math.round(plot * 0.26) : 0;
  const bottom = plot - AXIS - (hasCusum ? cusumHeight + CUSUM_GAP : 0);
  const x = linearScale(domain, [LEFT, width - RIGHT]);
  const used: Pick[] = [(p) => p.value, (p) => p.center, (p) => p.upper, (p) => p.lower];
  if (hasEwma) {
    used.push((p) => p.ewma, (p) => p.ewmaUpper, (p) => p.ewmaLower);
  }
  const [low, high] = extent(points, used);
  const ticks = niceTicks(low, high, bottom / 45);
  const y = linearScale([ticks[0] ?? 0, ticks.at(-1) ?? 1], [bottom, TOP]);
  const line = (pick: Pick) => linePath(points, (p) => x(p.time), (p) => scaled(y, pick(p)));
  const colors = {
    value: theme.visualization.getColorByName('blue'),
    limit: theme.colors.error.text,
    ewma: theme.visualization.getColorByName('purple'),
    center: theme.colors.text.secondary,
    violation: theme.colors.error.main,
    band: theme.colors.action.hover,
  };
  const legend: LegendItem[] = [
    { label: 'value', color: colors.value, shape: 'line' },
    { label: 'center', color: colors.center, shape: 'dash' },
    { label: 'limits (3 σ)', color: colors.limit, shape: 'line' },
    ...(hasEwma ? [{ label: 'EWMA', color: colors.ewma, shape: 'line' } as const] : []),
    { label: 'rule broken', color: colors.violation, shape: 'dot' },
    ...(hasCusum
      ? ([
          { label: 'CUSUM high', color: theme.visualization.getColorByName('orange'), shape: 'line' },
          { label: 'CUSUM low', color: theme.visualization.getColorByName('green'), shape: 'line' },
        ] as const)
      : []),
  ];
  const xTicks = timeTicks(domain[0], domain[1], width / 110);

  return (
    <ChartFrame
      summary={chartSentence(chart, format)}
      width={width}
      height={height}
      cursor={cursor}
      indexAt={(at) => nearestIndex(times, domain[0] + ((at - LEFT) / Math.max(width - LEFT - RIGHT, 1)) * (domain[1] - domain[0]))}
      tooltip={(index) => tooltipOf(points[index], x, format, timeZone)}
      legend={legend}
      picture={picture}
    >
      {ticks.map((tick) => (
        <g key={tick}>
          <line x1={LEFT} x2={width - RIGHT} y1={y(tick)} y2={y(tick)} stroke={theme.colors.border.weak} />
          <text x={LEFT - 6} y={y(tick) + 4} textAnchor="end">
            {format(tick)}
          </text>
        </g>
      ))}
      {xTicks.times.map((time) => (
        <text key={time} x={x(time)} y={plot - 5} textAnchor="middle">
          {dateTimeFormat(time, { timeZone, format: xTicks.format })}
        </text>
      ))}
      <path d={bandPath(points, (p) => x(p.time), (p) => scaled(y, p.upper), (p) => scaled(y, p.lower))} fill={colors.band} />
      <path d={line((p) => p.upper)} fill="none" stroke={colors.limit} strokeWidth={1} />
      <path d={line((p) => p.lower)} fill="none" stroke={colors.limit} strokeWidth={1} />
      <path d={line((p) => p.center)} fill="none" stroke={colors.center} strokeWidth={1} strokeDasharray="5 4" />
      {hasEwma && (
        <>
          <path d={line((p) => p.ewmaUpper)} fill="none" stroke={colors.ewma} strokeWidth={1} strokeDasharray="2 3" />
          <path d={line((p) => p.ewmaLower)} fill="none" stroke={colors.ewma} strokeWidth={1} strokeDasharray="2 3" />
          <path d={line((p) => p.ewma)} fill="none" stroke={colors.ewma} strokeWidth={1.5} />
        </>
      )}
      <path d={line((p) => p.value)} fill="none" stroke={colors.value} strokeWidth={1.5} strokeLinejoin="round" />
      {points.length <= 60 &&
        points.map((p) => (p.value === null ? null : <circle key={p.time} cx={x(p.time)} cy={y(p.value)} r={2} fill={colors.value} />))}
      {points.map((p) => {
        const at = p.value ?? p.ewma;
        return p.violations.length === 0 || at === null ? null : (
          <circle key={p.time} cx={x(p.time)} cy={y(at)} r={4} fill={colors.violation} stroke={theme.colors.background.primary} />
        );
      })}
      {hasCusum && <Cusum points={points} x={x} top={bottom + CUSUM_GAP} height={cusumHeight} width={width} format={format} />}
      {cursor.index !== null && points[cursor.index] !== undefined && (
        <line
          x1={x(points[cursor.index]?.time ?? 0)}
          x2={x(points[cursor.index]?.time ?? 0)}
          y1={TOP}
          y2={plot - AXIS}
          stroke={theme.colors.text.secondary}
          strokeDasharray="3 3"
        />
      )}
    </ChartFrame>
  );
}

interface CusumProps {
  points: readonly ChartPoint[];
  x: (time: number) => number;
  top: number;
  height: number;
  width: number;
  format: Format;
}

/** The high side upwards, the low side downwards, between their limits. */
function Cusum({ points, x, top, height, width, format }: CusumProps) {
  const theme = useTheme2();
  const limit = points.findLast((p) => p.cusumLimit !== null)?.cusumLimit ?? 0;
  const up = Math.max(extent(points, [(p) => p.cusumHigh])[1], limit, 0) * 1.1;
  const down = Math.max(extent(points, [(p) => p.cusumLow])[1], limit, 0) * 1.1;
  const y = linearScale([-down, up], [top + height, top]);
  const high = theme.visualization.getColorByName('orange');
  const low = theme.visualization.getColorByName('green');
  const path = (pick: Pick) => linePath(points, (p) => x(p.time), (p) => scaled(y, pick(p)));
  return (
    <g>
      <text x={LEFT + 4} y={top + 8}>
        CUSUM
      </text>
      <line x1={LEFT} x2={width - RIGHT} y1={y(0)} y2={y(0)} stroke={theme.colors.border.medium} />
      {limit > 0 &&
        [limit, -limit].map((at) => (
          <g key={at}>
            <line x1={LEFT} x2={width - RIGHT} y1={y(at)} y2={y(at)} stroke={theme.colors.error.text} strokeDasharray="4 3" />
            {y(-limit) - y(limit) > 24 && (
              <text x={LEFT - 6} y={y(at) + 4} textAnchor="end">
                {format(at)}
              </text>
            )}
          </g>
        ))}
      <path d={path((p) => p.cusumHigh)} fill="none" stroke={high} strokeWidth={1.5} />
      <path d={path((p) => (p.cusumLow === null ? null : -Math.abs(p.cusumLow)))} fill="none" stroke={low} strokeWidth={1.5} />
    </g>
  );
}

function tooltipOf(point: ChartPoint | undefined, x: (time: number) => number, format: Format, timeZone?: TimeZone) {
  const text = (value: number | null | undefined) => (value === null || value === undefined ? undefined : format(value));
  const limits = point && point.lower !== null && point.upper !== null ? `${format(point.lower)} to ${format(point.upper)}` : undefined;
  const facts: Fact[] = [
    ['value', text(point?.value) ?? 'nothing measured'],
    ['center', text(point?.center)],
    ['limits', limits],
    ['EWMA', text(point?.ewma)],
    ['CUSUM high', text(point?.cusumHigh)],
    ['CUSUM low', text(point?.cusumLow)],
    ['rules broken', point?.violations.map(ruleText).join(', ')],
  ];
  return { x: x(point?.time ?? 0), title: dateTimeFormat(point?.time ?? 0, { timeZone }), facts };
}

const scaled = (scale: (value: number) => number, value: number | null): number | null => (value === null ? null : scale(value));

function extent(points: readonly ChartPoint[], picks: readonly Pick[]): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const point of points) {
    for (const pick of picks) {
      const value = pick(point);
      if (value !== null) {
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    }
  }
  return [low, high];
}

// Only where both limits are known.
function bandPath(points: readonly ChartPoint[], x: (p: ChartPoint) => number, upper: Pick, lower: Pick): string {
  const both = points.filter((p) => upper(p) !== null && lower(p) !== null);
  if (both.length < 2) {
    return '';
  }
  const back = linePath([...both].reverse(), x, lower).replace('M', 'L');
  return `${linePath(both, x, upper)}${back}Z`;
}
