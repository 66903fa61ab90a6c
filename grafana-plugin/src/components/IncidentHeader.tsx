import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import type { TimeZone } from '@grafana/schema';
import { useStyles2 } from '@grafana/ui';

import type { Incident } from '../data';

import { shareText, timeText } from './format';

/** One line that says which incident is shown: its SLO, since when, whether it goes on. */
export function IncidentHeader({ incident, timeZone }: { incident: Incident; timeZone?: TimeZone }) {
  const styles = useStyles2(getStyles);
  const parts = [
    incident.open ? 'Open' : `Resolved ${timeText(incident.resolved, timeZone)}`,
    incident.onset === undefined ? '' : `since ${timeText(incident.onset, timeZone)}`,
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
