// Filter and order of the list, kept in the address so that a link shows the same.
import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router-dom';

import { DEFAULT_SORT, NO_FILTER, SORT_KEYS, type IncidentFilter, type Sort, type SortKey } from './incidents';

const FILTER_PARAMS: ReadonlyArray<[keyof IncidentFilter, string]> = [
  ['text', 'q'],
  ['slo', 'slo'],
  ['state', 'state'],
  ['faultClass', 'fault'],
];

export function readFilter(params: URLSearchParams): IncidentFilter {
  const filter = { ...NO_FILTER };
  for (const [field, name] of FILTER_PARAMS) {
    filter[field] = params.get(name) ?? '';
  }
  return filter;
}

/** "-budget" is descending, "slo" ascending; anything else the default. */
export function readSort(text: string | null): Sort {
  const key = text?.replace(/^-/, '');
  return SORT_KEYS.includes(key as SortKey) ? { key: key as SortKey, descending: text?.startsWith('-') ?? false } : DEFAULT_SORT;
}

export const sortParam = ({ key, descending }: Sort): string => `${descending ? '-' : ''}${key}`;

export function useListState() {
  const [params, setParams] = useSearchParams();
  const change = useCallback(
    (values: Record<string, string>) =>
      setParams(
        (old) => {
          const next = new URLSearchParams(old);
          for (const [name, value] of Object.entries(values)) {
            if (value === '') {
              next.delete(name);
            } else {
              next.set(name, value);
            }
          }
          return next;
        },
        { replace: true },
      ),
    [setParams],
  );
  const filter = useMemo(() => readFilter(params), [params]);
  const sort = useMemo(() => readSort(params.get('sort')), [params]);
  const setFilter = useCallback(
    (next: IncidentFilter) => change(Object.fromEntries(FILTER_PARAMS.map(([field, name]) => [name, next[field]]))),
    [change],
  );
  const setSort = useCallback(
    (next: Sort) => change({ sort: sortParam(next) === sortParam(DEFAULT_SORT) ? '' : sortParam(next) }),
    [change],
  );
  const clear = useCallback(() => setFilter(NO_FILTER), [setFilter]);
  return { filter, sort, setFilter, setSort, clear };
}
