import { css } from '@emotion/css';
import type { GrafanaTheme2, PanelProps } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import { useMemo, useRef } from 'react';

import { durationText, IncidentHeader, likelihoodText, modelOf, PanelShell, shortTimeText, statusOf, wantedIncident } from '../../components';
import type { ChartPicture } from '../../components/ChartFrame';
import { Remark } from '../../components/Remark';

import { Chart } from './Chart';
import { eventColor } from './colors';
import { exportOf, timelineOf, type TimelineEvent } from './data';
import { defaults, type TimelineOptions } from './options';

const TOOLBAR = 32;
const EVENT_HEIGHT = 24;
const LEAST_CHART = 130;
/** Room for a scroll bar beside the chart. */
const GUTTER = 12;

export function TimelinePanel({ data, options, width, height, timeZone, replaceVariables }: PanelProps<TimelineOptions>) {
  const { incident: wanted, showResolved, incidentUrl, showChanges } = { ...defaults, ...options };
  const model = useMemo(() => modelOf(data), [data]);
  const status = statusOf(data, model, wantedIncident(wanted, replaceVariables), showResolved);
  const incident = status.kind === 'ready' ? status.incident : undefined;
  const from = data.timeRange.from.valueOf();
  const to = data.timeRange.to.valueOf();
  const timeline = useMemo(() => incident && timelineOf(model, incident, to, showChanges), [model, incident, to, showChanges]);
  const drawing = useRef<ChartPicture>(null);
  const room = height - TOOLBAR;
  const chartHeight = Math.round(Math.max(LEAST_CHART, room * 0.45, room - EVENT_HEIGHT * ((timeline?.events.length ?? 0) + 1)));
  return (
    <PanelShell
      label="Incident timeline"
      width={width}
      height={height}
      status={status}
      notices={model.notices}
      header={
        incident && (
          <IncidentHeader
            incident={incident}
            timeZone={timeZone}
            now={to}
            link={incidentUrl}
            timeRange={data.timeRange}
            replaceVariables={replaceVariables}
          />
        )
      }
      exported={incident && timeline && timeline.events.length > 0 ? () => exportOf(incident, timeline) : undefined}
      picture={() => drawing.current?.()}
    >
      {incident &&
        timeline &&
        (timeline.events.length === 0 && !timeline.sli ? (
          <Remark icon="clock-nine" title="No times of this incident" detail="The queries give neither its times nor its SLI." />
        ) : (
          <>
            <Chart incident={incident} timeline={timeline} width={width - GUTTER} height={chartHeight} from={from} to={to} timeZone={timeZone} picture={drawing} />
            <EventList events={timeline.events} more={timeline.moreChanges} onset={incident.onset} now={to} timeZone={timeZone} />
          </>
        ))}
    </PanelShell>
  );
}

interface ListProps {
  events: readonly TimelineEvent[];
  more: number;
  onset?: number;
  now: number;
  timeZone: string;
}

/** The events in words: what the chart shows, for everybody. */
function EventList({ events, more, onset, now, timeZone }: ListProps) {
  const styles = useStyles2(getStyles);
  const theme = useTheme2();
  return (
    <>
      <ol className={styles.list} aria-label="Events">
        {events.map((event) => (
          <li key={`${event.kind} ${event.at} ${event.title} ${event.detail}`} className={styles.event}>
            <time dateTime={new Date(event.at).toISOString()}>{shortTimeText(event.at, now, timeZone)}</time>
            <span className={styles.mark} style={{ background: eventColor(event.kind, theme) }} aria-hidden />
            <span>
              {event.title}
              {event.detail && <span className={styles.secondary}> {event.detail}</span>}
              {event.likelihood !== undefined && <span> ({likelihoodText(event.likelihood)})</span>}
              <span className={styles.secondary}> {relativeText(event, onset)}</span>
            </span>
          </li>
        ))}
      </ol>
      {more > 0 && <div className={styles.secondary}>{more} earlier changes are not listed.</div>}
    </>
  );
}

function relativeText({ kind, at }: TimelineEvent, onset: number | undefined): string {
  if (onset === undefined || kind === 'onset' || at === onset) {
    return '';
  }
  return at > onset ? `${durationText(at - onset)} after the onset` : `${durationText(onset - at)} before the onset`;
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({ listStyle: 'none', margin: 0, padding: 0, fontSize: theme.typography.bodySmall.fontSize }),
  event: css({
    display: 'flex',
    alignItems: 'baseline',
    gap: theme.spacing(1),
    minHeight: EVENT_HEIGHT,
    overflowWrap: 'anywhere',
    '& time': { flex: 'none', color: theme.colors.text.secondary, fontVariantNumeric: 'tabular-nums' },
  }),
  mark: css({ flex: 'none', width: 8, height: 8, borderRadius: '50%' }),
  secondary: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
});
