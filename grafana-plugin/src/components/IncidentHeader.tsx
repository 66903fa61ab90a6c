import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import type { TimeZone } from '@grafana/schema';
import { useStyles2 } from '@grafana/ui';

import type { Incident } from '../data';

import { shareText, shortTimeText } from './format';

interface Props {
  incident: Incident;
  timeZone?: TimeZone;
  /** End of the time range, ms: times of its day are shown without the date. */
  now?: number;
}

/** One line that says which incident is shown: its SLO, since when, whether it goes on. */
export function IncidentHeader({ incident, timeZone, now }: Props) {
  const styles = useStyles2(getStyles);
  const parts = [
    incident.open
      ? `open${incident.onset === undefined ? '' : ` since ${shortTimeText(incident.onset, now, timeZone)}`}`
      : `${shortTimeText(incident.onset, now, timeZone)} to ${shortTimeText(incident.resolved, now, timeZone)}`,
    incident.budgetConsumed === undefined ? '' : `${shareText(incident.budgetConsumed)} of the error budget`,
  ].filter(Boolean);
  const text = `${incident.slo || incident.id} · ${parts.join(' · ')}`;
  return (
    <div className={styles.line} title={`${incident.id}: ${text}`}>
      <strong>{incident.slo || incident.id}</strong> · {parts.join(' · ')}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  line: css({
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
    '& strong': { color: theme.colors.text.primary, fontWeight: theme.typography.fontWeightMedium },
  }),
});
