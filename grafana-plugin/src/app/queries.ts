// The PromQL of the pages, beside what the panels ask (src/data/queries.ts).
import { quote, type RcaQuery } from '../data';

const SEEN_STEPS = 240;
const LEAST_STEP_S = 15;

/**
 * Every incident of the range. The first query gives the time of the newest sample of each series of rca_incident_info,
 * so that of several answers the last one can be told; the others give newest values. Looking back over the whole range
 * finds incidents that are no longer published, and does not depend on how well the browser's clock goes.
 */
export function rangeListQueries(rangeSeconds: number): RcaQuery[] {
  const range = wholeSeconds(rangeSeconds);
  const over = (refId: string, series: string, by = 'incident, slo', matchers = ''): RcaQuery => ({
    refId,
    expr: `max by (${by}) (last_over_time(${series}${matchers}[${range}s]))`,
    instant: true,
  });
  return [
    seenQuery('rca_incident_info', rangeSeconds),
    over('rca_incident_onset_timestamp_seconds', 'rca_incident_onset_timestamp_seconds'),
    over('rca_incident_detected_timestamp_seconds', 'rca_incident_detected_timestamp_seconds'),
    over('rca_incident_resolved_timestamp_seconds', 'rca_incident_resolved_timestamp_seconds'),
    over('rca_incident_error_budget_consumed_ratio', 'rca_incident_error_budget_consumed_ratio'),
    over('rca_incident_recurrences', 'rca_incident_recurrences'),
    // Is there for every SLO, incident or not: without it nobody knows how things are.
    over('rca_incident_active', 'rca_incident_active', 'slo'),
    over('rca_root_cause_score', 'rca_root_cause_score', 'incident, method, entity', '{method="consensus"}'),
  ];
}

/** When one incident was last reported. */
export const lastSeenQueries = (incident: string, rangeSeconds: number): RcaQuery[] => [
  seenQuery(`rca_incident_info{incident=${quote(incident)}}`, rangeSeconds),
];

const wholeSeconds = (range: number): number => Math.max(Math.round(range), 60);

// The subquery knows only its own steps; what began after the last of them is found by the first part.
function seenQuery(info: string, rangeSeconds: number): RcaQuery {
  const range = wholeSeconds(rangeSeconds);
  const step = Math.max(Math.ceil(range / SEEN_STEPS), LEAST_STEP_S);
  const by = 'max by (incident, slo, entity, fault_class)';
  return {
    refId: 'seen',
    expr: `${by} (timestamp(${info})) or ${by} (max_over_time(timestamp(${info})[${range}s:${step}s]))`,
    instant: true,
  };
}

/** Annotation query for a dashboard: one mark per incident at its onset, wherever the dashboard's range puts it. */
export function annotationQuery(incident?: string): string {
  return incident === undefined
    ? 'rca_incident_onset_timestamp_seconds * 1000'
    : `rca_incident_onset_timestamp_seconds{incident=${quote(incident)}} * 1000`;
}
