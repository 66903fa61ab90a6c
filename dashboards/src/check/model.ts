// What Grafana's own types (@grafana/schema) allow in a dashboard, with the options of each panel that is in use. A JSON
// schema is made of them, so that the files are checked against something other than the SDK that wrote them.
import type { Dataquery } from '@grafana/grafana-foundation-sdk/prometheus';
import type { AnnotationQuery, Dashboard, Panel, RowPanel, VariableModel } from '@grafana/schema';
import type * as bargauge from '@grafana/schema/dist/esm/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen';
import type * as heatmap from '@grafana/schema/dist/esm/raw/composable/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen';
import type * as nodegraph from '@grafana/schema/dist/esm/raw/composable/nodegraph/panelcfg/x/NodeGraphPanelCfg_types.gen';
import type * as stat from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type * as statetimeline from '@grafana/schema/dist/esm/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen';
import type * as table from '@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen';
import type * as timeseries from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';

export type Query = Omit<Dataquery, '_implementsDataqueryVariant'>;

// Without what is checked by panel, by query and by annotation.
export type Frame = Omit<Dashboard, 'panels' | 'annotations' | 'templating'>;
export type Row = Omit<RowPanel, 'panels'> & { panels: AnyPanel[] };
export type AnyPanel = Omit<Panel, 'options' | 'fieldConfig' | 'targets'>;
export type Defaults = Omit<NonNullable<Panel['fieldConfig']>['defaults'], 'custom'>;
export type Overrides = NonNullable<Panel['fieldConfig']>['overrides'];
export type Variable = VariableModel;

// Queries of a Prometheus annotation stand in the annotation itself, where Grafana's Prometheus reads them.
export interface Annotation extends Omit<AnnotationQuery, 'target' | 'snapshotData'> {
  expr?: string;
  step?: string;
  titleFormat?: string;
  textFormat?: string;
  tagKeys?: string;
  useValueForTime?: boolean;
}

// Options are all optional here: Grafana fills in the defaults of those that are left out.
export type BarGaugeOptions = Partial<bargauge.Options>;
export type HeatmapOptions = Partial<heatmap.Options>;
export type HeatmapCustom = Partial<heatmap.FieldConfig>;
export type NodeGraphOptions = Partial<nodegraph.Options>;
export type StatOptions = Partial<stat.Options>;
export type StateTimelineOptions = Partial<statetimeline.Options>;
export type StateTimelineCustom = Partial<statetimeline.FieldConfig>;
export type TableOptions = Partial<table.Options>;
export type TableCustom = Partial<table.FieldConfig>;
export type TimeseriesOptions = Partial<timeseries.Options>;
export type TimeseriesCustom = Partial<timeseries.FieldConfig>;

// What the dashboards set of the options of the plugin's panels: those that every panel of an incident has
// (grafana-plugin/src/components/options.ts), and those of its panel drift.
export interface IncidentPanelOptions {
  incident: string;
  showResolved: boolean;
}

export interface DriftPanelOptions {
  mode: 'distribution' | 'control';
  signal: string;
  entity: string;
  reference: string;
}
