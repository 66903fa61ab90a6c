import { LoadingState, type DataFrame, type PanelData } from '@grafana/data';

import { buildModel, chooseIncident, type Incident, type RcaModel } from '../data';

import { DEFAULT_INCIDENT_URL } from './incidentUrl';

/** What there is to show. `calm` is good news; `no-data` is not: nobody knows how things are. */
export type Status =
  | { kind: 'loading' }
  | { kind: 'error'; message: string }
  | { kind: 'no-data' }
  | { kind: 'calm'; slos: number }
  | { kind: 'not-found'; incident: string }
  | { kind: 'ready'; incident: Incident };

/** What the frame of a panel must know; panels of something else than an incident have no other. */
export type ShellStatus = Exclude<Status, { kind: 'ready' }> | { kind: 'ready' };

export interface IncidentOptions {
  /** The id of an incident or a variable that holds one; empty: the one that matters most. */
  incident: string;
  /** Whether the newest resolved incident is shown while none is open. */
  showResolved: boolean;
  /** Where the head leads; see incidentUrl(). Empty: nowhere. */
  incidentUrl: string;
}

export const defaultIncidentOptions: IncidentOptions = { incident: '$incident', showResolved: true, incidentUrl: DEFAULT_INCIDENT_URL };

/** A variable that does not exist, stands for all or for several incidents asks for none in particular. */
export function wantedIncident(text: string | undefined, replaceVariables: (text: string) => string): string {
  const wanted = replaceVariables(text ?? '').trim();
  const several = /^\{.*,.*\}$/.test(wanted);
  return wanted.startsWith('$') || several || ['.*', '.+', 'All', '__all'].includes(wanted) ? '' : wanted;
}

/** The model of the panel's data. Pure: the same data gives the same model. */
export const modelOf = (data: PanelData): RcaModel => buildModel(data.series, data.timeRange.to.valueOf());

export function statusOf(data: PanelData, model: RcaModel, wanted: string, showResolved: boolean): Status {
  const hasRows = data.series.some((frame: DataFrame) => frame.length > 0);
  const message = data.errors?.find((error) => error.message)?.message ?? data.errors?.[0]?.data?.message;
  if (data.state === LoadingState.Error || (message && !hasRows)) {
    return { kind: 'error', message: message ?? 'The data source gave no reason.' };
  }
  const incident = chooseIncident(model.incidents, wanted, showResolved);
  if (incident) {
    return { kind: 'ready', incident };
  }
  if (data.state === LoadingState.Loading && !hasRows) {
    return { kind: 'loading' };
  }
  if (wanted !== '' && model.incidents.length > 0) {
    return { kind: 'not-found', incident: wanted };
  }
  if (model.series.length === 0) {
    return { kind: 'no-data' };
  }
  return { kind: 'calm', slos: model.slos.length };
}
