// The panels' common ground: every one has a title, a description and a unit, reads the dashboard's data source, and
// gets a stable id from the order in which it is added.
import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as StateTimelineBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';

export const datasource: common.DataSourceRef = { type: 'prometheus', uid: '${datasource}' };

export interface Look {
  title: string;
  description: string;
  unit: string;
  width: number; // of 24 columns
  height: number;
  decimals?: number;
}

// A line per legend; refId A, B, … in the order given.
export type Query = [expr: string, legend: string];

const refId = (index: number): string => String.fromCharCode('A'.charCodeAt(0) + index);

const rangeQuery = ([expr, legend]: Query, index: number): Builder<Dataquery> =>
  new DataqueryBuilder().refId(refId(index)).datasource(datasource).expr(expr).legendFormat(legend).range();

const tableQuery = (expr: string, index: number): Builder<Dataquery> =>
  new DataqueryBuilder()
    .refId(refId(index))
    .datasource(datasource)
    .expr(expr)
    .format(PromQueryFormat.Table)
    .instant();

type AnyPanel = StatBuilder | StateTimelineBuilder | TableBuilder | TimeseriesBuilder;

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
    .targets([
      new DataqueryBuilder().refId('A').datasource(datasource).expr(query[0]).legendFormat(query[1]).instant(),
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
export function table(look: Look, queries: string[], columns: Record<string, string>): TableBuilder {
  const panel = dress(new TableBuilder(), look).targets(queries.map(tableQuery));
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

export const unitOf = (unit: string): dashboard.DynamicConfigValue => ({ id: 'unit', value: unit });

// A cell that opens `url`; ${__value.raw} and ${__data.fields.…} are Grafana's.
export const linkTo = (title: string, url: string): dashboard.DynamicConfigValue => ({
  id: 'links',
  value: [{ title, url, targetBlank: true }],
});

export interface Section {
  title: string;
  panels: Builder<dashboard.Panel>[];
  collapsed?: boolean;
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
  return built;
}
