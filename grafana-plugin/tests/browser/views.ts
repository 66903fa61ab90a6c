// What the browser tests (and the page of the demo) show: one entry for each panel and page. What a test does with one
// besides looking at it is in checks.ts, under the same name.
import { diagnosisQueries, fishboneQueries, rankingQueries, timelineQueries, type RcaQuery } from '../../src/data/queries';

/** Everything of one kind; the panel chooses what it shows. */
const driftQueries: readonly RcaQuery[] = [{ refId: 'A', expr: '{__name__=~"rca_drift_.+"}', instant: true }];
const controlChartQueries: readonly RcaQuery[] = [{ refId: 'A', expr: '{__name__=~"rca_spc_.+"}', instant: false }];

export interface PanelView {
  kind: 'panel';
  /** Of the screenshots and of the check. */
  name: string;
  title: string;
  pluginId: string;
  queries: readonly RcaQuery[];
  options?: Record<string, unknown>;
  /** Data links of the panel's field options. */
  links?: ReadonlyArray<{ title: string; url: string }>;
  height: number;
  /** What it says when nothing is wrong. */
  calm?: string;
  /** On the page of the demo; of 24 columns. Left out: only for tests. */
  columns?: number;
}

export interface PageView {
  kind: 'page';
  name: string;
  title: string;
  /** Under /a/rcaexporter-rca-app. May hold $incident, the open one of the stored series. */
  path: string;
  height: number;
}

export type View = PanelView | PageView;

export const views: readonly View[] = [
  {
    kind: 'panel',
    name: 'ranking',
    title: 'Root cause',
    pluginId: 'rcaexporter-ranking-panel',
    queries: rankingQueries(),
    links: [{ title: 'Signals of the entity', url: '/d/rca-overview?var-entity=${__field.labels.entity}' }],
    height: 320,
    columns: 14,
  },
  {
    kind: 'panel',
    name: 'timeline',
    title: 'Incident timeline',
    pluginId: 'rcaexporter-timeline-panel',
    queries: timelineQueries(),
    height: 320,
    columns: 10,
  },
  {
    kind: 'panel',
    name: 'timeline-resolved',
    title: 'A resolved incident',
    pluginId: 'rcaexporter-timeline-panel',
    queries: timelineQueries('$resolved'),
    options: { incident: '$resolved' },
    height: 360,
  },
  {
    kind: 'panel',
    name: 'propagation',
    title: 'Propagation',
    pluginId: 'rcaexporter-propagation-panel',
    queries: diagnosisQueries(),
    links: [{ title: 'Signals of the entity', url: '/d/rca-overview?var-entity=${__field.labels.entity}' }],
    height: 360,
    columns: 12,
  },
  {
    kind: 'panel',
    name: 'whys',
    title: 'Five whys',
    pluginId: 'rcaexporter-whys-panel',
    queries: diagnosisQueries(),
    height: 420,
    columns: 12,
  },
  {
    kind: 'panel',
    name: 'fishbone',
    title: 'Fishbone',
    pluginId: 'rcaexporter-fishbone-panel',
    queries: fishboneQueries(),
    links: [{ title: 'Signals of the entity', url: '/d/rca-overview?var-entity=${__field.labels.entity}' }],
    height: 420,
    columns: 24,
  },
  {
    kind: 'panel',
    name: 'drift',
    title: 'Drift',
    pluginId: 'rcaexporter-drift-panel',
    queries: driftQueries,
    height: 400,
    calm: 'Nothing is compared yet',
    columns: 12,
  },
  {
    kind: 'panel',
    name: 'control-chart',
    title: 'Control chart',
    pluginId: 'rcaexporter-drift-panel',
    queries: controlChartQueries,
    options: { mode: 'control' },
    height: 400,
    calm: 'Nothing is compared yet',
    columns: 12,
  },
  { kind: 'page', name: 'incidents', title: 'Incidents', path: '/incidents?from=now-1h&to=now', height: 300 },
  { kind: 'page', name: 'incident', title: 'One incident', path: '/incidents/$incident?from=now-1h&to=now', height: 900 },
  { kind: 'page', name: 'configuration', title: 'Configuration', path: '/plugin/configuration', height: 500 },
];

/** States that every panel must have an answer to; see page/badInput.ts. */
export const badInputs = [
  'empty',
  'no-incident',
  'error',
  'loading',
  'not-a-number',
  'missing-labels',
  'duplicates',
  'rows-5000',
  'clock-skew',
  'long-names',
  'large-incident',
] as const;

export type BadInput = (typeof badInputs)[number];
