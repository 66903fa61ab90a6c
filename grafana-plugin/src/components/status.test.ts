import { dateTime, LoadingState, type DataFrame, type PanelData } from '@grafana/data';
import { describe, expect, it } from 'vitest';

import { incidentFrames, instant, NOW } from '../data/testing';

import { modelOf, statusOf, wantedIncident } from './status';

const panelData = (series: DataFrame[], state = LoadingState.Done, errors: PanelData['errors'] = []): PanelData => {
  const to = dateTime(NOW);
  return { series, state, errors, timeRange: { from: to, to, raw: { from: to, to } } };
};

const status = (data: PanelData, wanted = '', showResolved = true) => statusOf(data, modelOf(data), wanted, showResolved);

describe('what a panel shows', () => {
  it('an incident, also while it is loaded anew', () => {
    expect(status(panelData(incidentFrames())).kind).toBe('ready');
    expect(status(panelData(incidentFrames(), LoadingState.Loading)).kind).toBe('ready');
  });

  it('calm when the exporter says that there is none', () => {
    expect(status(panelData([instant('rca_incident_active', { slo: 'ttft' }, 0)]))).toEqual({ kind: 'calm', slos: 1 });
  });

  it('no calm when nobody says anything', () => {
    expect(status(panelData([]))).toEqual({ kind: 'no-data' });
    expect(status(panelData([], LoadingState.Loading))).toEqual({ kind: 'loading' });
  });

  it("the data source's error", () => {
    expect(status(panelData([], LoadingState.Error, [{ message: 'bad gateway' }]))).toEqual({ kind: 'error', message: 'bad gateway' });
    expect(status(panelData([], LoadingState.Error))).toMatchObject({ kind: 'error' });
  });

  it('that the wanted incident is not there', () => {
    expect(status(panelData(incidentFrames()), 'other')).toEqual({ kind: 'not-found', incident: 'other' });
  });
});

describe('the wanted incident', () => {
  const wanted = (text: string, value: string) => wantedIncident(text, () => value);

  it('is the value of the variable, unless it stands for none, all or several', () => {
    expect(wanted('$incident', 'ttft-1')).toBe('ttft-1');
    for (const value of ['$incident', '$__all', '.*', 'All', '{a,b}', '  ']) {
      expect(wanted('$incident', value)).toBe('');
    }
  });
});
