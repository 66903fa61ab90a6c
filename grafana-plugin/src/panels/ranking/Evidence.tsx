import { css } from '@emotion/css';
import { FieldColorModeId, FieldType, type FieldSparkline, type GrafanaTheme2, type TimeRange } from '@grafana/data';
import { Sparkline, useStyles2, useTheme2 } from '@grafana/ui';
import { useMemo } from 'react';

import { words } from '../../components';
import type { SignalSeries } from '../../data';

import type { RankingRow } from './data';

const WIDTH = 96;
const HEIGHT = 22;

/** The evidence signal by name, and its anomaly score over the time range. */
export function Evidence({ row, timeRange }: { row: RankingRow; timeRange: TimeRange }) {
  const styles = useStyles2(getStyles);
  const theme = useTheme2();
  const sparkline = useMemo(() => row.evidence && sparklineOf(row.evidence, timeRange), [row.evidence, timeRange]);
  if (!row.signal) {
    return <span className={styles.none}>–</span>;
  }
  return (
    <div className={styles.evidence}>
      {sparkline && row.evidence && (
        <div role="img" aria-label={describe(row.evidence)} title={describe(row.evidence)} className={styles.line}>
          <Sparkline theme={theme} width={WIDTH} height={HEIGHT} sparkline={sparkline} />
        </div>
      )}
      <span>{words(row.signal)}</span>
    </div>
  );
}

/** A line needs two points. */
function sparklineOf({ times, values }: SignalSeries, timeRange: TimeRange): FieldSparkline | undefined {
  if (times.length < 2) {
    return undefined;
  }
  const [min, max] = [Math.min(...values), Math.max(...values)];
  return {
    timeRange,
    x: { name: 'Time', type: FieldType.time, config: {}, values: [...times] },
    y: {
      name: 'Anomaly score',
      type: FieldType.number,
      config: { color: { mode: FieldColorModeId.Fixed, fixedColor: 'orange' } },
      values: [...values],
      state: { range: { min, max, delta: max - min } },
    },
  };
}

function describe({ signal, values }: SignalSeries): string {
  const strongest = values.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  return `Anomaly score of ${words(signal)}: at most ${strongest.toFixed(1)} robust standard deviations from normal, now ${(values.at(-1) ?? 0).toFixed(1)}`;
}

const getStyles = (theme: GrafanaTheme2) => ({
  evidence: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(1), fontSize: theme.typography.bodySmall.fontSize }),
  line: css({ flex: 'none', width: WIDTH, height: HEIGHT }),
  none: css({ color: theme.colors.text.secondary }),
});
