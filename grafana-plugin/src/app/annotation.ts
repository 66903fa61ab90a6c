// An incident as a Grafana annotation.
import { faultClassTitle } from '../data/faultClasses';

import type { IncidentRow } from './incidents';
import { words } from './text';

/** Body of POST and PATCH /api/annotations. Without a dashboard it belongs to the organisation and can be shown on any. */
export interface AnnotationBody {
  time: number;
  timeEnd?: number;
  tags: string[];
  text: string;
}

export const ANNOTATION_TAG = 'rca_incident';

/** null when the incident has no time to put it at. */
export function incidentAnnotation(row: IncidentRow): AnnotationBody | null {
  const time = row.onset ?? row.detected;
  if (time === null) {
    return null;
  }
  const cause = row.entity === null ? 'root cause not known' : `${row.entity}${row.faultClass === null ? '' : `, ${faultClassTitle(row.faultClass)}`}`;
  const end = row.resolved === null ? {} : { timeEnd: Math.round(Math.max(row.resolved, time)) };
  return {
    time: Math.round(time),
    ...end,
    tags: [ANNOTATION_TAG, incidentTag(row.id), ...(row.slo === '' ? [] : [row.slo])],
    text: escapeHtml(`${words(row.slo) || 'Incident'}: ${cause} (${row.id})`),
  };
}

export function incidentTag(id: string): string {
  return `incident:${id}`;
}

// Grafana shows the text of an annotation as sanitised HTML.
function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
