import { dateTime, rangeUtil, type TimeRange } from '@grafana/data';
import { RefreshPicker, TimeRangePicker } from '@grafana/ui';
import { useEffect, useState } from 'react';

import { absoluteRange } from './dataSource';

interface Props {
  range: TimeRange;
  loading: boolean;
  onChange: (range: TimeRange) => void;
  onRefresh: () => void;
}

const INTERVALS = ['10s', '30s', '1m', '5m'];

/** Time range and refresh, as on a dashboard. */
export function RangeControls({ range, loading, onChange, onRefresh }: Props) {
  const [interval, setRefreshInterval] = useState('30s');
  useEffect(() => {
    if (interval === '') {
      return undefined;
    }
    const timer = setInterval(() => {
      if (!document.hidden) {
        onRefresh();
      }
    }, rangeUtil.intervalToMs(interval));
    return () => clearInterval(timer);
  }, [interval, onRefresh]);
  const from = range.from.valueOf();
  const to = range.to.valueOf();
  const move = (by: number) => onChange(absoluteRange(from + by, to + by));
  return (
    <>
      <TimeRangePicker
        value={range}
        timeZone="browser"
        onChange={onChange}
        onChangeTimeZone={() => undefined}
        onMoveBackward={() => move(-(to - from) / 2)}
        onMoveForward={() => move((to - from) / 2)}
        onZoom={() => onChange(absoluteRange(from - (to - from) / 2, Math.min(to + (to - from) / 2, dateTime().valueOf())))}
      />
      <RefreshPicker value={interval} intervals={INTERVALS} isLoading={loading} onIntervalChanged={setRefreshInterval} onRefresh={onRefresh} />
    </>
  );
}
