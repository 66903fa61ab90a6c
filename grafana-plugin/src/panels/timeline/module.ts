import { FieldConfigProperty, PanelPlugin } from '@grafana/data';

import { buildOptions, type TimelineOptions } from './options';
import { TimelinePanel } from './Panel';

const used: FieldConfigProperty[] = [FieldConfigProperty.Unit, FieldConfigProperty.Decimals, FieldConfigProperty.Links];

export const plugin = new PanelPlugin<TimelineOptions>(TimelinePanel).setPanelOptions(buildOptions).useFieldConfig({
  disableStandardOptions: Object.values(FieldConfigProperty).filter((id) => !used.includes(id)),
});
