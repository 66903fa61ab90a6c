// What the browser tests (and the page of the demo) show: one entry for each panel and page. What a test does with one
// besides looking at it is in checks.ts, under the same name.
import { rankingQueries, type RcaQuery } from '../../src/data/queries';

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
] as const;

export type BadInput = (typeof badInputs)[number];
