import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';

import { durationText } from '../../components';

import type { Drift } from './model';
import { pText, shareText, statisticText } from './text';

/** The figures behind the verdict, and which label values carry the drift. */
export function Statistics({ drift }: { drift: Drift }) {
  const styles = useStyles2(getStyles);
  const age = drift.referenceAgeSeconds;
  return (
    <div className={styles.columns}>
      {drift.statistics.length > 0 && (
        <table className={styles.table}>
          <caption>Distances</caption>
          <tbody>
            {drift.statistics.map((one) => (
              <tr key={one.name}>
                <th scope="row">{one.name}</th>
                <td>{statisticText(one.value)}</td>
              </tr>
            ))}
            {age !== null && (
              <tr>
                <th scope="row">Age of the reference</th>
                <td>{durationText(age * 1000)}</td>
              </tr>
            )}
          </tbody>
        </table>
      )}
      {drift.tests.length > 0 && (
        <table className={styles.table}>
          <caption>Tests</caption>
          <thead>
            <tr>
              <th scope="col">Test</th>
              <th scope="col">p</th>
              <th scope="col">adjusted</th>
            </tr>
          </thead>
          <tbody>
            {drift.tests.map((one) => (
              <tr key={one.test}>
                <th scope="row">{one.test.replaceAll('_', ' ')}</th>
                <td>{one.p === null ? '–' : pText(one.p)}</td>
                <td>{one.adjusted === null ? '–' : pText(one.adjusted)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {drift.attribution.length > 0 && (
        <table className={styles.table}>
          <caption>What carries it</caption>
          <tbody>
            {drift.attribution.slice(0, 8).map((one) => (
              <tr key={`${one.label}=${one.value}`}>
                <th scope="row">{`${one.label}=${one.value}`}</th>
                <td>
                  <span className={styles.track} aria-hidden="true">
                    <span className={styles.bar} style={{ width: `${Math.min(Math.max(one.ratio, 0), 1) * 100}%` }} />
                  </span>
                  {shareText(one.ratio)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  columns: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(1, 3), alignItems: 'flex-start' }),
  table: css({
    fontSize: theme.typography.bodySmall.fontSize,
    '& caption': {
      captionSide: 'top',
      textAlign: 'left',
      padding: 0,
      color: theme.colors.text.secondary,
      fontWeight: theme.typography.fontWeightMedium,
    },
    '& th': { fontWeight: theme.typography.fontWeightRegular, textAlign: 'left', paddingRight: theme.spacing(2), overflowWrap: 'anywhere' },
    '& td': { textAlign: 'right', fontVariantNumeric: 'tabular-nums', whiteSpace: 'nowrap', paddingLeft: theme.spacing(1) },
    '& thead th': { color: theme.colors.text.secondary },
    '& thead th:not(:first-of-type)': { textAlign: 'right', paddingRight: 0, paddingLeft: theme.spacing(1) },
  }),
  track: css({
    display: 'inline-block',
    width: 56,
    height: 8,
    marginRight: theme.spacing(1),
    borderRadius: 4,
    overflow: 'hidden',
    textAlign: 'left',
    background: theme.colors.action.disabledBackground,
  }),
  bar: css({ display: 'block', height: '100%', background: theme.visualization.getColorByName('orange') }),
});
