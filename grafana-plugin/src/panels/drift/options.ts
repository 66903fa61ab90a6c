import type { PanelOptionsEditorBuilder } from '@grafana/data';

export type Mode = 'auto' | 'distribution' | 'control';

export interface DriftOptions {
  mode: Mode;
  /** Name of a signal or a variable; empty: the one that drifted most. */
  signal: string;
  entity: string;
  reference: string;
  showContribution: boolean;
  showStatistics: boolean;
  showEwma: boolean;
  showCusum: boolean;
}

export const defaultDriftOptions: DriftOptions = {
  mode: 'auto',
  signal: '$signal',
  entity: '$entity',
  reference: '$reference',
  showContribution: true,
  showStatistics: true,
  showEwma: true,
  showCusum: true,
};

export function addDriftOptions(builder: PanelOptionsEditorBuilder<DriftOptions>): PanelOptionsEditorBuilder<DriftOptions> {
  const isControl = (options: DriftOptions) => options.mode === 'control';
  const isDistribution = (options: DriftOptions) => options.mode === 'distribution';
  return builder
    .addRadio({
      path: 'mode',
      name: 'Picture',
      description: 'Automatic: distributions when the queries give rca_drift_ series, otherwise the control chart.',
      defaultValue: defaultDriftOptions.mode,
      settings: {
        options: [
          { value: 'auto', label: 'Automatic' },
          { value: 'distribution', label: 'Distributions' },
          { value: 'control', label: 'Control chart' },
        ],
      },
    })
    .addTextInput({
      path: 'signal',
      name: 'Signal',
      description: 'Name or variable; empty: the signal that drifted most, or breaks most rules.',
      defaultValue: defaultDriftOptions.signal,
    })
    .addTextInput({ path: 'entity', name: 'Entity', description: 'Name or variable.', defaultValue: defaultDriftOptions.entity })
    .addTextInput({
      path: 'reference',
      name: 'Reference',
      description: 'Name of the reference in the configuration of the exporter, or a variable.',
      defaultValue: defaultDriftOptions.reference,
      showIf: (options) => !isControl(options),
    })
    .addBooleanSwitch({
      path: 'showContribution',
      name: 'Contribution of each bucket',
      description: 'What each bucket adds to PSI.',
      defaultValue: defaultDriftOptions.showContribution,
      showIf: (options) => !isControl(options),
    })
    .addBooleanSwitch({
      path: 'showStatistics',
      name: 'Statistics and attribution',
      defaultValue: defaultDriftOptions.showStatistics,
      showIf: (options) => !isControl(options),
    })
    .addBooleanSwitch({
      path: 'showEwma',
      name: 'EWMA and its limits',
      defaultValue: defaultDriftOptions.showEwma,
      showIf: (options) => !isDistribution(options),
    })
    .addBooleanSwitch({
      path: 'showCusum',
      name: 'CUSUM',
      defaultValue: defaultDriftOptions.showCusum,
      showIf: (options) => !isDistribution(options),
    });
}
