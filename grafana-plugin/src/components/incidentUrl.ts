// Where the head of a panel leads: to the page of the incident that it shows.
import { isDateTime, locationUtil, type InterpolateFunction, type TimeRange } from '@grafana/data';

import type { Incident } from '../data';

/** The page of the app. A dashboard's would be `/d/rca-incident?var-incident=${incident}&${__url_time_range}`. */
export const DEFAULT_INCIDENT_URL = '/a/rcaexporter-rca-app/incidents/${incident}?${__url_time_range}';

/** `incident` and the time range are put into the template, then the dashboard's variables; undefined: there is no link. */
export function incidentUrl(
  template: string | undefined,
  incident: Incident,
  { raw }: TimeRange,
  replaceVariables: InterpolateFunction,
): string | undefined {
  if (!template?.trim()) {
    return undefined;
  }
  const time = (one: TimeRange['raw']['from']): string => encodeURIComponent(isDateTime(one) ? String(one.valueOf()) : one);
  const scoped = (value: string) => ({ text: value, value });
  const url = replaceVariables(template.trim(), {
    incident: scoped(encodeURIComponent(incident.id)),
    __url_time_range: scoped(`from=${time(raw.from)}&to=${time(raw.to)}`),
  });
  return isPage(url) ? locationUtil.assureBaseUrl(url) : undefined;
}

/** Options come with a dashboard from anywhere: no `javascript:`, read as the browser will read it. */
function isPage(url: string): boolean {
  try {
    return ['http:', 'https:'].includes(new URL(url, 'https://grafana').protocol);
  } catch {
    return false;
  }
}
