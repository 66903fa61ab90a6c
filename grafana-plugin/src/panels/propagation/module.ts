import { FieldConfigProperty, PanelPlugin } from '@grafana/data';

import { buildOptions, type PropagationOptions } from './options';
import { PropagationPanel } from './Panel';

export const plugin = new PanelPlugin<PropagationOptions>(PropagationPanel)
  .setPanelOptions(buildOptions)
  .useFieldConfig({ standardOptions: {}, disableStandardOptions: Object.values(FieldConfigProperty).filter((id) => id !== FieldConfigProperty.Links) });
