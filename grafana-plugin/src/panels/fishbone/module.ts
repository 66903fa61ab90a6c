import { FieldConfigProperty, PanelPlugin } from '@grafana/data';

import { buildOptions, type FishboneOptions } from './options';
import { FishbonePanel } from './Panel';

export const plugin = new PanelPlugin<FishboneOptions>(FishbonePanel)
  .setPanelOptions(buildOptions)
  .useFieldConfig({ standardOptions: {}, disableStandardOptions: Object.values(FieldConfigProperty).filter((id) => id !== FieldConfigProperty.Links) });
