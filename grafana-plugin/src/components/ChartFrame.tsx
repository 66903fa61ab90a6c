import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { useImperativeHandle, useRef, type PointerEvent, type ReactNode, type Ref } from 'react';

import { chartSvg } from './chartSvg';
import { Facts, type Fact } from './Facts';
import type { Cursor } from './useCursor';
import { usePictureStyle } from './usePictureStyle';

export interface LegendItem {
  label: string;
  color: string;
  shape: 'area' | 'line' | 'dash' | 'dot';
}

/** The chart as the text of an SVG file, with its legend and summary; undefined: it is not on the page. */
export type ChartPicture = () => string | undefined;

interface Props {
  /** The whole picture in words, for screen readers. */
  summary: string;
  width: number;
  height: number;
  cursor: Cursor;
  /** Index of what lies under `x`. */
  indexAt: (x: number) => number;
  /** Where the tooltip points and what it says. */
  tooltip: (index: number) => { x: number; title: string; facts: readonly Fact[] };
  legend: readonly LegendItem[];
  /** Gets what makes an SVG file of the chart. */
  picture?: Ref<ChartPicture>;
  children: ReactNode;
}

export const LEGEND_HEIGHT = 24;
const TOOLTIP_WIDTH = 210;

/** A chart that mouse and arrow keys can point into: picture, tooltip, legend. */
export function ChartFrame({ summary, width, height, cursor, indexAt, tooltip, legend, picture, children }: Props) {
  const styles = useStyles2(getStyles);
  const svg = useRef<SVGSVGElement>(null);
  const style = usePictureStyle();
  const drawn = Math.max(height - LEGEND_HEIGHT, 0);
  useImperativeHandle(
    picture,
    () => () => (svg.current ? chartSvg(svg.current, { width, height: drawn, legend, summary, style }) : undefined),
    [width, drawn, legend, summary, style],
  );
  const shown = cursor.index === null ? null : tooltip(cursor.index);
  const point = (event: PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const index = indexAt(event.clientX - box.left);
    cursor.set(index < 0 ? null : index);
  };
  return (
    <div className={styles.frame} style={{ width }}>
      <div
        className={styles.plot}
        style={{ width, height: height - LEGEND_HEIGHT }}
        // A picture whose points are read with the arrow keys.
        role="application"
        aria-roledescription="chart"
        aria-label={`${summary} Arrow keys read the values.`}
        tabIndex={0}
        onKeyDown={cursor.onKeyDown}
        onPointerMove={point}
        onPointerDown={point}
        onPointerLeave={() => cursor.set(null)}
        onBlur={() => cursor.set(null)}
      >
        <svg ref={svg} width={width} height={drawn} aria-hidden="true" focusable="false">
          {/* As attributes, so that a saved picture has them. */}
          <g fontSize={11} fill={style.secondaryText}>
            {children}
          </g>
        </svg>
        <div role="status">
          {shown && (
            <div className={styles.tooltip} style={{ left: tooltipLeft(shown.x, width), width: Math.min(TOOLTIP_WIDTH, width) }}>
              <div className={styles.title}>{shown.title}</div>
              <Facts facts={shown.facts} />
            </div>
          )}
        </div>
      </div>
      <ul className={styles.legend} aria-label="Legend">
        {legend.map((item) => (
          <li key={item.label} className={styles.item}>
            <span className={cx(styles.mark, styles[item.shape])} style={{ color: item.color }} aria-hidden="true" />
            {item.label}
          </li>
        ))}
      </ul>
    </div>
  );
}

// Beside what it tells of, on the side where there is room.
function tooltipLeft(x: number, width: number): number {
  const gap = 12;
  const right = x + gap;
  return Math.max(right + TOOLTIP_WIDTH <= width ? right : x - gap - TOOLTIP_WIDTH, 0);
}

const getStyles = (theme: GrafanaTheme2) => ({
  frame: css({ position: 'relative', flex: 'none' }),
  plot: css({
    position: 'relative',
    cursor: 'crosshair',
    touchAction: 'pan-y',
    '&:focus-visible': { outline: `2px solid ${theme.colors.primary.main}`, outlineOffset: -2 },
    '& text': { fontFamily: theme.typography.fontFamily },
  }),
  tooltip: css({
    position: 'absolute',
    top: theme.spacing(1),
    zIndex: 1,
    pointerEvents: 'none',
    padding: theme.spacing(1),
    background: theme.colors.background.elevated ?? theme.colors.background.secondary,
    border: `1px solid ${theme.colors.border.medium}`,
    borderRadius: theme.shape.radius.default,
    boxShadow: theme.shadows.z2,
    fontSize: theme.typography.bodySmall.fontSize,
  }),
  title: css({ fontWeight: theme.typography.fontWeightMedium, marginBottom: theme.spacing(0.5) }),
  legend: css({
    display: 'flex',
    gap: theme.spacing(2),
    height: LEGEND_HEIGHT,
    alignItems: 'center',
    margin: 0,
    listStyle: 'none',
    fontSize: theme.typography.bodySmall.fontSize,
    color: theme.colors.text.secondary,
    overflow: 'hidden',
    whiteSpace: 'nowrap',
  }),
  item: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(0.5) }),
  mark: css({ display: 'inline-block', width: 14, boxSizing: 'border-box', flex: 'none' }),
  area: css({ height: 10, background: 'currentColor', borderRadius: 2 }),
  line: css({ height: 0, borderTop: '2px solid currentColor' }),
  dash: css({ height: 0, borderTop: '2px dashed currentColor' }),
  dot: css({ height: 8, width: 8, borderRadius: '50%', background: 'currentColor' }),
});
