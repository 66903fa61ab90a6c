// The time range of the pages, kept in the address so that a link shows the same.
import { dateMath, dateTime, isDateTime, rangeUtil, type RawTimeRange, type TimeRange } from '@grafana/data';
import { useCallback, useMemo, useState } from 'react';
import { useSearchParams } from 'react-router-dom';

export const DEFAULT_RAW: RawTimeRange = { from: 'now-24h', to: 'now' };

/** Text of an address to a range; what is no time gives the default. */
export function parseRange(from: string | null, to: string | null): TimeRange {
  const raw = { from: parseTime(from) ?? DEFAULT_RAW.from, to: parseTime(to) ?? DEFAULT_RAW.to };
  const range = rangeUtil.convertRawToRange(raw);
  return range.from.valueOf() < range.to.valueOf() ? range : rangeUtil.convertRawToRange(DEFAULT_RAW);
}

function parseTime(text: string | null): RawTimeRange['from'] | undefined {
  if (text === null) {
    return undefined;
  }
  if (/^\d{1,15}$/.test(text)) {
    return dateTime(Number(text));
  }
  return dateMath.isMathString(text) && dateMath.toDateTime(text, {})?.isValid() ? text : undefined;
}

const timeParam = (time: RawTimeRange['from']): string => (isDateTime(time) ? String(time.valueOf()) : time);

export interface PageRange {
  range: TimeRange;
  setRange: (range: TimeRange) => void;
  /** Computes "now" anew. */
  refresh: () => void;
}

export function usePageRange(): PageRange {
  const [params, setParams] = useSearchParams();
  const [turn, setTurn] = useState(0);
  const from = params.get('from');
  const to = params.get('to');
  // eslint-disable-next-line react-hooks/exhaustive-deps -- a new turn moves "now"
  const range = useMemo(() => parseRange(from, to), [from, to, turn]);
  const setRange = useCallback(
    ({ raw }: TimeRange) =>
      setParams(
        (old) => {
          const next = new URLSearchParams(old);
          next.set('from', timeParam(raw.from));
          next.set('to', timeParam(raw.to));
          return next;
        },
        { replace: true },
      ),
    [setParams],
  );
  const refresh = useCallback(() => setTurn((old) => old + 1), []);
  return { range, setRange, refresh };
}
