import { dateTime, type InterpolateFunction, type TimeRange } from '@grafana/data';
import { describe, expect, it } from 'vitest';

import { buildModel } from '../data';
import { incidentFrames, NOW } from '../data/testing';

import { DEFAULT_INCIDENT_URL, incidentUrl } from './incidentUrl';

const incident = { ...buildModel(incidentFrames(), NOW).incidents[0]!, id: 'INC 1/ä' };
const range = (from: TimeRange['raw']['from'], to: TimeRange['raw']['to']): TimeRange => ({ from: dateTime(0), to: dateTime(1), raw: { from, to } });
/** As Grafana replaces: what is given with the call comes before a dashboard's variables. */
const replace: InterpolateFunction = (text, scoped) =>
  text.replaceAll(/\$\{(\w+)\}/g, (whole, name: string) => String(scoped?.[name]?.value ?? { datasource: 'prom', incident: 'another' }[name] ?? whole));

describe('the link of a panel to its incident', () => {
  it('leads to the page of the app, with the time range', () => {
    expect(incidentUrl(DEFAULT_INCIDENT_URL, incident, range('now-1h', 'now'), replace)).toBe(
      '/a/rcaexporter-rca-app/incidents/INC%201%2F%C3%A4?from=now-1h&to=now',
    );
    expect(incidentUrl('/x?${__url_time_range}', incident, range(dateTime(1000), dateTime(2000)), replace)).toBe('/x?from=1000&to=2000');
  });

  it('may be another one, with variables of the dashboard', () => {
    expect(incidentUrl(' /d/rca-incident?var-incident=${incident}&var-datasource=${datasource} ', incident, range('now-1h', 'now'), replace)).toBe(
      '/d/rca-incident?var-incident=INC%201%2F%C3%A4&var-datasource=prom',
    );
  });

  it('is none without a template, and never a script', () => {
    expect(incidentUrl('', incident, range('now-1h', 'now'), replace)).toBeUndefined();
    expect(incidentUrl(undefined, incident, range('now-1h', 'now'), replace)).toBeUndefined();
    expect(incidentUrl('javascript:alert(1)', incident, range('now-1h', 'now'), replace)).toBeUndefined();
    expect(incidentUrl('java\tscript:alert(1)', incident, range('now-1h', 'now'), replace)).toBeUndefined();
    expect(incidentUrl('http://[', incident, range('now-1h', 'now'), replace)).toBeUndefined();
  });
});
