import { useEffect, useState } from 'react';

import { errorText } from './dataSource';

export interface Loaded<T> {
  /** What was loaded last; stays while it is loaded anew, and when that fails, so that nothing flickers. */
  value: T | undefined;
  loading: boolean;
  error: string | undefined;
}

interface State<T> {
  value?: T;
  error?: string;
  /** Which load this came of. */
  of?: () => Promise<T>;
}

/** Loads whenever `load` is another function (useCallback); an answer that came too late for its question is dropped. */
export function useLoad<T>(load: () => Promise<T>): Loaded<T> {
  const [state, setState] = useState<State<T>>({});
  useEffect(() => {
    let dropped = false;
    load().then(
      (value) => !dropped && setState({ value, of: load }),
      (error: unknown) => !dropped && setState(({ value }) => ({ value, error: errorText(error), of: load })),
    );
    return () => {
      dropped = true;
    };
  }, [load]);
  const loading = state.of !== load;
  return { value: state.value, loading, error: loading ? undefined : state.error };
}
