import { describe, expect, it } from 'vitest';

import { basicAuthToken, exporterUrlProblem, judgeExporter, judgeSeries, type SeriesOutcome } from './connection';

const answer = (status: number, body: unknown = '') => judgeExporter({ kind: 'answer', status, body });

describe('the exporter', () => {
  it('is reachable when it lists incidents', () => {
    const verdict = answer(200, { incidents: [{ state: 'open' }, { state: 'resolved' }, null] });
    expect(verdict).toMatchObject({ severity: 'success', title: 'The exporter is reachable' });
    expect(verdict.detail).toContain('3 incidents, 1 of them open');
  });

  it.each([
    [200, '<html>Prometheus</html>', 'not rca_exporter'],
    [200, { status: 'success' }, 'not rca_exporter'],
    [200, null, 'not rca_exporter'],
    [404, '404 page not found', 'not rca_exporter'],
    [405, '', 'not rca_exporter'],
    [404, { message: 'plugin route match not found' }, 'Grafana has no route'],
    [404, { message: 'Plugin not found, no installed plugin with that id' }, 'Grafana has no route'],
    [401, '', 'wants a user and a password'],
    [403, { message: 'plugin proxy route access denied' }, 'Access is denied'],
    [429, '', 'too many passwords'],
    [502, '', 'cannot be reached'],
    [504, '', 'cannot be reached'],
    [500, { error: 'broken' }, 'answered with an error'],
  ])('%d %j', (status, body, title) => {
    expect(answer(status, body)).toMatchObject({ severity: 'error', title: expect.stringContaining(title) as unknown });
  });

  it('times out, or Grafana is away', () => {
    expect(judgeExporter({ kind: 'timeout', seconds: 10 }).detail).toContain('10 s');
    expect(judgeExporter({ kind: 'network', message: 'Failed to fetch' }).detail).toContain('Failed to fetch');
  });
});

describe('the series', () => {
  const now = 1_800_000_000;
  const fine: SeriesOutcome = { error: null, families: 40, version: '0.1.0', newestSample: now - 5, lastSuccess: now - 20, incidents: 2, now };

  it.each<[string, Partial<SeriesOutcome>, string, string]>([
    ['fine', {}, 'success', 'has the series'],
    ['error', { error: 'connection refused' }, 'error', 'does not answer'],
    ['none', { families: 0 }, 'error', 'no rca_ series'],
    ['old', { newestSample: now - 4000 }, 'warning', 'are old'],
    ['without a time', { newestSample: null }, 'warning', 'are old'],
    ['ahead', { newestSample: now + 400 }, 'warning', 'clocks differ'],
    ['never evaluated', { lastSuccess: 0 }, 'warning', 'not finished an evaluation'],
    ['old evaluation', { lastSuccess: now - 4000 }, 'warning', 'evaluation is old'],
  ])('%s', (_, part, severity, title) => {
    const verdict = judgeSeries({ ...fine, ...part });
    expect(verdict.severity).toBe(severity);
    expect(verdict.title).toContain(title);
    expect(verdict.detail).not.toMatch(/undefined|null|NaN/);
  });
});

describe('settings', () => {
  it.each([
    ['', null],
    ['http://rca:9877', null],
    ['https://rca.example/rca', null],
    ['rca', 'not a URL'],
    ['rca:9877', 'http:// or https://'],
    ['ftp://rca', 'http:// or https://'],
    ['http://u:p@rca', 'Leave user and password out'],
    ['http://rca?x=1', 'no ? and no #'],
  ])('URL %s', (text, problem) => {
    const found = exporterUrlProblem(text);
    if (problem === null) {
      expect(found).toBeNull();
    } else {
      expect(found).toContain(problem);
    }
  });

  it('encodes credentials as UTF-8', () => {
    expect(Buffer.from(basicAuthToken('jörg', 'pä:ss'), 'base64').toString('utf8')).toBe('jörg:pä:ss');
  });
});
