import { dateTime, isDateTime, type TimeRange } from '@grafana/data';
import { TimeRangePicker, ToolbarButton } from '@grafana/ui';
import { useEffect } from 'react';

import { absoluteRange } from './dataSource';

interface Props {
  range: TimeRange;
  loading: boolean;
  onChange: (range: TimeRange) => void;
  onRefresh: () => void;
}

const REFRESH_MS = 30_000;

/** Time range and refresh; a range that ends now follows the time by itself. */
export function RangeControls({ range, loading, onChange, onRefresh }: Props) {
  const follows = !isDateTime(range.raw.to);
  useEffect(() => {
    if (!follows) {
      return undefined;
    }
    const timer = setInterval(() => {
      if (!document.hidden) {
        onRefresh();
      }
    }, REFRESH_MS);
    return () => clearInterval(timer);
  }, [follows, onRefresh]);
  const from = range.from.valueOf();
  const to = range.to.valueOf();
  const move = (by: number) => onChange(absoluteRange(from + by, to + by));
  return (
    <>
      <TimeRangePicker
        value={range}
        timeZone="browser"
        isOnCanvas
        onChange={onChange}
        onChangeTimeZone={() => undefined}
        onMoveBackward={() => move(-(to - from) / 2)}
        onMoveForward={() => move((to - from) / 2)}
        onZoom={() => onChange(absoluteRange(from - (to - from) / 2, Math.min(to + (to - from) / 2, dateTime().valueOf())))}
      />
      <RefreshButton loading={loading} onRefresh={onRefresh} />
    </>
  );
}

export function RefreshButton({ loading, onRefresh }: Pick<Props, 'loading' | 'onRefresh'>) {
  return <ToolbarButton icon="sync" variant="canvas" aria-label="Refresh" tooltip={loading ? 'Reading' : 'Refresh'} onClick={onRefresh} />;
}
