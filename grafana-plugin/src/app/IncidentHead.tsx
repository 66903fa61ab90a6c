import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import type { ReactNode } from 'react';

import { timeText } from '../components';

import { durationMs } from './incidents';
import { Budget, StateBadge } from './IncidentTable';
import { problemStatement, recurrenceText, rootCauseStatement, type Case } from './markdown';
import { durationText, sentenceCase, words } from './text';

interface Props {
  one: Case;
  now: number;
  /** What can be done with it. */
  children: ReactNode;
}

/** The answer in a few lines: what broke, who did it, how sure that is, what it cost. */
export function IncidentHead({ one, now, children }: Props) {
  const styles = useStyles2(getStyles);
  const { row } = one;
  const duration = durationMs(row, now);
  const facts: Array<[string, ReactNode]> = [
    ['Onset', timeText(row.onset ?? undefined)],
    ['Detected', timeText(row.detected ?? undefined)],
    ['Resolved', row.resolved === null ? 'not yet' : timeText(row.resolved)],
    ['Duration', duration === null ? '–' : durationText(duration)],
    ['Error budget consumed', <Budget key="budget" consumed={row.budget} />],
  ];
  return (
    <section className={styles.head} aria-label="Summary">
      <div className={styles.title}>
        <h2 className={styles.heading}>{sentenceCase(words(row.slo)) || row.id}</h2>
        <StateBadge state={row.state} />
        <div className={styles.actions}>{children}</div>
      </div>
      <p className={styles.cause}>{rootCauseStatement(one)}</p>
      <p className={styles.problem}>
        {problemStatement(one, now)} {recurrenceText(row.recurrences)}
      </p>
      <dl className={styles.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  head: css({
    padding: theme.spacing(2),
    background: theme.colors.background.primary,
    border: `1px solid ${theme.colors.border.weak}`,
    borderRadius: theme.shape.radius.default,
  }),
  title: css({ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: theme.spacing(1) }),
  heading: css({ margin: 0, fontSize: theme.typography.h3.fontSize }),
  actions: css({ marginLeft: 'auto', display: 'flex', flexWrap: 'wrap', gap: theme.spacing(1) }),
  cause: css({ fontSize: theme.typography.h5.fontSize, margin: theme.spacing(1.5, 0, 0.5) }),
  problem: css({ color: theme.colors.text.secondary, margin: theme.spacing(0, 0, 1.5), maxWidth: '90ch' }),
  facts: css({
    display: 'flex',
    flexWrap: 'wrap',
    gap: theme.spacing(1, 4),
    margin: 0,
    '& dt': { color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize, fontWeight: theme.typography.fontWeightRegular },
    '& dd': { margin: 0, fontVariantNumeric: 'tabular-nums' },
  }),
});
