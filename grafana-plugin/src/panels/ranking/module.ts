import { FieldConfigProperty, PanelPlugin } from '@grafana/data';

import { buildOptions, type RankingOptions } from './options';
import { RankingPanel } from './Panel';

export const plugin = new PanelPlugin<RankingOptions>(RankingPanel)
  .setPanelOptions(buildOptions)
  .useFieldConfig({ standardOptions: {}, disableStandardOptions: Object.values(FieldConfigProperty).filter((id) => id !== FieldConfigProperty.Links) });
