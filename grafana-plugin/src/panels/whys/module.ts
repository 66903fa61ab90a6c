import { FieldConfigProperty, PanelPlugin } from '@grafana/data';

import { buildOptions, type WhysOptions } from './options';
import { WhysPanel } from './Panel';

export const plugin = new PanelPlugin<WhysOptions>(WhysPanel)
  .setPanelOptions(buildOptions)
  .useFieldConfig({ standardOptions: {}, disableStandardOptions: Object.values(FieldConfigProperty).filter((id) => id !== FieldConfigProperty.Links) });
