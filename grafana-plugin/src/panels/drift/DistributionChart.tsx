import { useTheme2 } from '@grafana/ui';
import type { Ref } from 'react';

import { ChartFrame, LEGEND_HEIGHT, type ChartPicture, type LegendItem } from '../../components/ChartFrame';
import { linearScale, niceTicks } from '../../components/scale';
import { useCursor } from '../../components/useCursor';

import type { Drift } from './model';
import { boundText, bucketText, driftSentence, shareText, statisticText } from './text';

interface Props {
  drift: Drift;
  width: number;
  height: number;
  showContribution: boolean;
  picture?: Ref<ChartPicture>;
}

const LEFT = 44;
const RIGHT = 8;
const TOP = 8;
const AXIS = 20;
const STRIP_GAP = 18;
const LABEL_WIDTH = 46;

/** Both distributions over the same buckets, and below them what each bucket adds to PSI. */
export function DistributionChart({ drift, width, height, showContribution, picture }: Props) {
  const theme = useTheme2();
  const { buckets } = drift;
  const cursor = useCursor(buckets.length);
  const hasStrip = showContribution && buckets.some((one) => one.contribution !== null) && height >= 180;
  const plot = height - LEGEND_HEIGHT;
  const strip = hasStrip ? Math.max(Math.round(plot * 0.18), 28) : 0;
  const bottom = plot - AXIS - (hasStrip ? strip + STRIP_GAP : 0);
  const column = Math.max(width - LEFT - RIGHT, 1) / Math.max(buckets.length, 1);
  const x = (index: number) => LEFT + index * column;

  const ticks = niceTicks(0, Math.max(...buckets.map((one) => Math.max(one.reference ?? 0, one.current ?? 0)), 0.01), bottom / 45);
  const y = linearScale([0, ticks.at(-1) ?? 1], [bottom, TOP]);
  const gap = Math.min(column * 0.08, 3);
  const colors = {
    reference: theme.colors.text.secondary,
    referenceFill: theme.colors.action.disabledBackground,
    current: theme.visualization.getColorByName('blue'),
    contribution: theme.visualization.getColorByName('orange'),
  };
  const legend: LegendItem[] = [
    { label: 'current', color: colors.current, shape: 'area' },
    { label: `reference: ${drift.reference}`, color: colors.reference, shape: 'line' },
    ...(hasStrip ? [{ label: 'adds to PSI', color: colors.contribution, shape: 'area' } as const] : []),
  ];
  const every = Math.max(Math.ceil(LABEL_WIDTH / column), 1);

  return (
    <ChartFrame
      summary={driftSentence(drift)}
      width={width}
      height={height}
      cursor={cursor}
      indexAt={(at) => (at < LEFT || at > width - RIGHT ? -1 : Math.min(Math.floor((at - LEFT) / column), buckets.length - 1))}
      tooltip={(index) => {
        const bucket = buckets[index];
        return {
          x: x(index) + column / 2,
          title: bucketText(buckets, index),
          facts: [
            ['current', bucket?.current === null || bucket === undefined ? 'nothing' : shareText(bucket.current)],
            ['reference', bucket?.reference === null || bucket === undefined ? 'nothing' : shareText(bucket.reference)],
            ['adds to PSI', bucket?.contribution === null || bucket === undefined ? undefined : statisticText(bucket.contribution)],
          ],
        };
      }}
      legend={legend}
      picture={picture}
    >
      {ticks.map((tick) => (
        <g key={tick}>
          <line x1={LEFT} x2={width - RIGHT} y1={y(tick)} y2={y(tick)} stroke={theme.colors.border.weak} />
          <text x={LEFT - 6} y={y(tick) + 4} textAnchor="end">
            {`${Number((tick * 100).toPrecision(3))} %`}
          </text>
        </g>
      ))}
      {cursor.index !== null && (
        <rect x={x(cursor.index)} y={TOP} width={column} height={plot - AXIS - TOP} fill={theme.colors.action.hover} />
      )}
      {buckets.map((bucket, i) => (
        <g key={bucket.le}>
          <rect
            x={x(i) + gap}
            width={Math.max(column - 2 * gap, 0.5)}
            y={y(bucket.reference ?? 0)}
            height={bottom - y(bucket.reference ?? 0)}
            fill={colors.referenceFill}
          />
          <rect
            x={x(i) + column * 0.2}
            width={Math.max(column * 0.6, 0.5)}
            y={y(bucket.current ?? 0)}
            height={bottom - y(bucket.current ?? 0)}
            fill={colors.current}
            fillOpacity={0.85}
          />
          {/* Above the bars, so that the reference is seen where the current share is larger. */}
          <path
            d={`M${x(i) + gap},${bottom}V${y(bucket.reference ?? 0)}H${x(i) + column - gap}V${bottom}`}
            fill="none"
            stroke={colors.reference}
            strokeWidth={1.5}
          />
        </g>
      ))}
      <line x1={LEFT} x2={width - RIGHT} y1={bottom} y2={bottom} stroke={theme.colors.border.medium} />
      {buckets.map((bucket, i) =>
        (i + 1) % every === 0 || buckets.length === 1 ? (
          <text key={bucket.le} x={Math.min(x(i) + column, width - RIGHT)} y={plot - 5} textAnchor={i === buckets.length - 1 ? 'end' : 'middle'}>
            {Number.isFinite(bucket.le) ? boundText(bucket.le) : '+Inf'}
          </text>
        ) : null,
      )}
      {hasStrip && <Strip drift={drift} top={bottom + STRIP_GAP} height={strip} x={x} column={column} color={colors.contribution} width={width} />}
    </ChartFrame>
  );
}

interface StripProps {
  drift: Drift;
  top: number;
  height: number;
  x: (index: number) => number;
  column: number;
  color: string;
  width: number;
}

function Strip({ drift, top, height, x, column, color, width }: StripProps) {
  const theme = useTheme2();
  const most = Math.max(...drift.buckets.map((one) => one.contribution ?? 0), 0);
  const scale = linearScale([0, most === 0 ? 1 : most], [0, height]);
  const base = top + height;
  return (
    <g>
      <text x={LEFT - 6} y={top + 8} textAnchor="end">
        {statisticText(most)}
      </text>
      {drift.buckets.map((bucket, i) => {
        const size = scale(Math.max(bucket.contribution ?? 0, 0));
        return <rect key={bucket.le} x={x(i) + column * 0.2} width={Math.max(column * 0.6, 0.5)} y={base - size} height={size} fill={color} />;
      })}
      <line x1={LEFT} x2={width - RIGHT} y1={base} y2={base} stroke={theme.colors.border.medium} />
    </g>
  );
}
