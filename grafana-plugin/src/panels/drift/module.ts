import { FieldConfigProperty, PanelPlugin } from '@grafana/data';

import { addDriftOptions, type DriftOptions } from './options';
import { DriftPanel } from './Panel';

export const plugin = new PanelPlugin<DriftOptions>(DriftPanel)
  .setPanelOptions(addDriftOptions)
  .useFieldConfig({
    disableStandardOptions: [
      FieldConfigProperty.Color,
      FieldConfigProperty.DisplayName,
      FieldConfigProperty.Mappings,
      FieldConfigProperty.Max,
      FieldConfigProperty.Min,
      FieldConfigProperty.Thresholds,
    ],
  });
