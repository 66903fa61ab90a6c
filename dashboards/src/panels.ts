// The panels' common ground: every one has a title, a description and a unit, reads the dashboard's data source, and
// gets a stable id from the order in which it is added.
import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as BarGaugeBuilder } from '@grafana/grafana-foundation-sdk/bargauge';
import * as heatmaps from '@grafana/grafana-foundation-sdk/heatmap';
import { PanelBuilder as NodeGraphBuilder } from '@grafana/grafana-foundation-sdk/nodegraph';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as StateTimelineBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';

export const datasource: common.DataSourceRef = { type: 'prometheus', uid: '${datasource}' };

// The ids of Grafana's value formats that are in use; what users see in the unit picker of the panel editor.
export type Unit =
  | 'Bps' // bytes/s
  | 'bytes' // IEC
  | 'celsius'
  | 'dateTimeAsIso' // of ms
  | 'hertz'
  | 'ops'
  | 'percentunit' // of 0..1
  | 'pps' // packets/s
  | 'reqps'
  | 's'
  | 'short'
  | 'suffix: cores'
  | 'suffix: tokens'
  | 'suffix: tokens/s'
  | 'watt';

export interface Look {
  title: string;
  description: string;
  unit: Unit;
  width: number; // of 24 columns
  height: number;
  decimals?: number;
}

// A line per legend; refId A, B, … in the order given.
export type Query = [expr: string, legend: string];

const refId = (index: number): string => String.fromCharCode('A'.charCodeAt(0) + index);

const rangeQuery = ([expr, legend]: Query, index: number): Builder<Dataquery> =>
  new DataqueryBuilder().refId(refId(index)).datasource(datasource).expr(expr).legendFormat(legend).range();

const instantQuery = ([expr, legend]: Query): Builder<Dataquery> =>
  new DataqueryBuilder().refId('A').datasource(datasource).expr(expr).legendFormat(legend).instant();

const tableQuery = (expr: string, index: number): Builder<Dataquery> =>
  new DataqueryBuilder()
    .refId(refId(index))
    .datasource(datasource)
    .expr(expr)
    .format(PromQueryFormat.Table)
    .instant();

type AnyPanel =
  | BarGaugeBuilder
  | heatmaps.PanelBuilder
  | NodeGraphBuilder
  | StatBuilder
  | StateTimelineBuilder
  | TableBuilder
  | TimeseriesBuilder;

function dress<P extends AnyPanel>(panel: P, look: Look): P {
  panel
    .title(look.title)
    .description(look.description)
    .unit(look.unit)
    .datasource(datasource)
    .span(look.width)
    .height(look.height);
  if (look.decimals !== undefined) panel.decimals(look.decimals);
  return panel;
}

export type Step = [value: number | null, color: string];

export const thresholds = (steps: Step[]): Builder<dashboard.ThresholdsConfig> =>
  new dashboard.ThresholdsConfigBuilder()
    .mode(dashboard.ThresholdsMode.Absolute)
    .steps(steps.map(([value, color]) => ({ value, color })));

export function timeseries(look: Look, queries: Query[]): TimeseriesBuilder {
  const panel = dress(new TimeseriesBuilder(), look)
    .lineWidth(1)
    .fillOpacity(0)
    .showPoints(common.VisibilityMode.Never)
    .tooltip(
      new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending),
    )
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.Table)
        .placement(common.LegendPlacement.Bottom)
        .showLegend(true)
        .calcs(['lastNotNull', 'max']),
    );
  return panel.targets(queries.map(rangeQuery));
}

export function stat(look: Look, query: Query, steps: Step[]): StatBuilder {
  return dress(new StatBuilder(), look)
    .thresholds(thresholds(steps))
    .colorMode(common.BigValueColorMode.Background)
    .graphMode(common.BigValueGraphMode.None)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .targets([instantQuery(query)]);
}

// A bar per series, as it is now, within 0..1.
export function shares(look: Look, query: Query): BarGaugeBuilder {
  return dress(new BarGaugeBuilder(), look)
    .min(0)
    .max(1)
    .displayMode(common.BarGaugeDisplayMode.Gradient)
    .orientation(common.VizOrientation.Horizontal)
    .showUnfilled(true)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .targets([instantQuery(query)]);
}

// `expr` gives the increase per bucket, by (le).
export function heatmap(look: Look, expr: string): heatmaps.PanelBuilder {
  return dress(new heatmaps.PanelBuilder(), look)
    .calculate(false)
    .cellGap(1)
    .color(
      new heatmaps.HeatmapColorOptionsBuilder()
        .mode(heatmaps.HeatmapColorMode.Scheme)
        .scheme('Oranges')
        .exponent(0.5)
        .steps(64),
    )
    .yAxis(new heatmaps.YAxisConfigBuilder().unit(look.unit))
    .tooltip(new heatmaps.HeatmapTooltipBuilder().mode(common.TooltipDisplayMode.Single).yHistogram(true))
    .targets([
      new DataqueryBuilder()
        .refId('A')
        .datasource(datasource)
        .expr(expr)
        .legendFormat('{{le}}')
        .format(PromQueryFormat.Heatmap)
        .range(),
    ]);
}

// `expr` gives a series per edge, with the labels id, source and target.
export function nodeGraph(look: Look, expr: string): NodeGraphBuilder {
  return dress(new NodeGraphBuilder(), look).targets([
    new DataqueryBuilder().refId('edges').datasource(datasource).expr(expr).format(PromQueryFormat.Table).instant(),
  ]);
}

export function stateTimeline(look: Look, queries: Query[]): StateTimelineBuilder {
  return dress(new StateTimelineBuilder(), look)
    .showValue(common.VisibilityMode.Never)
    .mergeValues(true)
    .rowHeight(0.8)
    .targets(queries.map(rangeQuery));
}

// One row per label set. `columns` renames and orders what is shown; a query's value is called "Value #A" (one query:
// "Value"). What is not named is hidden.
// `sortBy` is one of the names shown; the largest comes first unless `descending` is false.
export function table(
  look: Look,
  queries: string[],
  columns: Record<string, string>,
  sortBy?: string,
  descending = true,
): TableBuilder {
  const panel = dress(new TableBuilder(), look).targets(queries.map(tableQuery));
  if (sortBy !== undefined) {
    panel.sortBy([new common.TableSortByFieldStateBuilder().displayName(sortBy).desc(descending)]);
  }
  if (queries.length > 1) panel.withTransformation({ id: 'merge', options: {} });
  const names = Object.keys(columns);
  return panel
    .withTransformation({ id: 'filterFieldsByName', options: { include: { names } } })
    .withTransformation({
      id: 'organize',
      options: {
        indexByName: Object.fromEntries(names.map((name, index) => [name, index])),
        renameByName: columns,
      },
    });
}

// An override that draws the series as limits are drawn.
export const dashed = (regexp: string): [string, dashboard.DynamicConfigValue[]] => [
  regexp,
  [
    { id: 'custom.lineStyle', value: { fill: 'dash', dash: [8, 6] } },
    { id: 'color', value: { mode: 'fixed', fixedColor: 'red' } },
  ],
];

export const unitOf = (unit: Unit): dashboard.DynamicConfigValue => ({ id: 'unit', value: unit });

// A cell that opens one of the URLs; ${__value.raw} and ${__data.fields.…} are Grafana's. Dashboards open in place.
export const linkTo = (...links: [title: string, url: string][]): dashboard.DynamicConfigValue => ({
  id: 'links',
  value: links.map(([title, url]) => ({ title, url, targetBlank: !url.startsWith('/d/') })),
});

// What a value of 0, 1, … is called, and its colour.
export const states = (names: [text: string, color: string][]): dashboard.ValueMapping[] => [
  {
    type: dashboard.MappingType.ValueToText,
    options: Object.fromEntries(names.map(([text, color], index) => [String(index), { text, color, index }])),
  },
];

export interface Section {
  title: string;
  panels: Builder<dashboard.Panel>[];
}

// The SDK writes defaults of things that Grafana's schema does not know there.
function tidy(built: dashboard.Dashboard): void {
  for (const variable of built.templating?.list ?? []) {
    if (variable.type === dashboard.VariableType.Interval) continue;
    delete variable.auto;
    delete variable.auto_min;
    delete variable.auto_count;
  }
  for (const panel of built.panels ?? []) {
    if (panel.type === 'table') delete (panel as dashboard.Panel).options?.footer;
  }
}

// Rows and panels get ids by their place: the same source gives the same ids.
export function withSections(board: dashboard.DashboardBuilder, sections: Section[]): dashboard.Dashboard {
  for (const section of sections) {
    board.withRow(new dashboard.RowBuilder(section.title));
    section.panels.forEach((panel) => board.withPanel(panel));
  }
  const built = board.build();
  (built.panels ?? []).forEach((panel, index) => {
    panel.id = index + 1;
  });
  tidy(built);
  return built;
}
