import { css } from '@emotion/css';
import type { GrafanaTheme2, InterpolateFunction, TimeRange } from '@grafana/data';
import type { TimeZone } from '@grafana/schema';
import { useStyles2 } from '@grafana/ui';

import type { Incident } from '../data';

import { shareText, shortTimeText } from './format';
import { incidentUrl } from './incidentUrl';

interface Props {
  incident: Incident;
  timeZone?: TimeZone;
  /** End of the time range, ms: times of its day are shown without the date. */
  now?: number;
  /** Template of the URL of more about it; see incidentUrl(). */
  link?: string;
  timeRange: TimeRange;
  replaceVariables: InterpolateFunction;
}

/** One line that says which incident is shown: its SLO, since when, whether it goes on. */
export function IncidentHeader({ incident, timeZone, now, link, timeRange, replaceVariables }: Props) {
  const styles = useStyles2(getStyles);
  const parts = [
    incident.open
      ? `open${incident.onset === undefined ? '' : ` since ${shortTimeText(incident.onset, now, timeZone)}`}`
      : `${shortTimeText(incident.onset, now, timeZone)} to ${shortTimeText(incident.resolved, now, timeZone)}`,
    incident.budgetConsumed === undefined ? '' : `${shareText(incident.budgetConsumed)} of the error budget`,
  ].filter(Boolean);
  const href = incidentUrl(link, incident, timeRange, replaceVariables);
  const name = incident.slo || incident.id;
  const text = `${name} · ${parts.join(' · ')}`;
  return (
    <div className={styles.line} title={`${incident.id}: ${text}`}>
      <strong>
        {href === undefined ? (
          name
        ) : (
          <a href={href} className={styles.link} aria-label={`${name}: page of the incident`}>
            {name}
          </a>
        )}
      </strong>{' '}
      · {parts.join(' · ')}
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
  link: css({ textDecoration: 'underline', '&:hover': { color: theme.colors.text.link } }),
});
