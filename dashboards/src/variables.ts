// The variables of the dashboards.
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';

import { datasource } from './panels.js';

// One value of those that `query`, label_values(…), gives.
export const one = (name: string, label: string, query: string): dashboard.QueryVariableBuilder =>
  new dashboard.QueryVariableBuilder(name)
    .label(label)
    .datasource(datasource)
    .query({ query, refId: `variable-${name}` })
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .sort(dashboard.VariableSort.AlphabeticalAsc);

// Several, all by default; 'All' stands for the values found.
export const found = (name: string, label: string, query: string): dashboard.QueryVariableBuilder =>
  one(name, label, query).multi(true).includeAll(true).current({ selected: true, text: 'All', value: '$__all' });

// Several, all by default; 'All' also takes series that lack the label.
export const several = (name: string, label: string, query: string): dashboard.QueryVariableBuilder =>
  found(name, label, query).allValue('.*');

// What follows from the other variables and is no choice of the user's.
export const derived = (name: string, query: string): dashboard.QueryVariableBuilder =>
  one(name, name, query).hide(dashboard.VariableHide.HideVariable);

// One of the values named, the first by default: [text, value].
export const choice = (name: string, label: string, options: [string, string][]): dashboard.CustomVariableBuilder => {
  const all = options.map(([text, value], index) => ({ selected: index === 0, text, value }));
  return new dashboard.CustomVariableBuilder(name)
    .label(label)
    .values(options.map(([text, value]) => (text === value ? value : `${text} : ${value}`)).join(','))
    .options(all)
    .current({ selected: true, text: options[0]?.[0] ?? '', value: options[0]?.[1] ?? '' });
};

export const quantile = (): dashboard.CustomVariableBuilder =>
  choice('quantile', 'Quantile', [
    ['0.95', '0.95'],
    ['0.5', '0.5'],
    ['0.9', '0.9'],
    ['0.99', '0.99'],
  ]);

export const exporterUrl = (): dashboard.TextBoxVariableBuilder =>
  new dashboard.TextBoxVariableBuilder('exporter_url')
    .label('URL of rca_exporter')
    .description('As your browser reaches it; the links to incidents and reports use it.')
    .defaultValue('http://localhost:9877');
