// Compares dashboards with Grafana's own types.
import { join } from 'node:path';

import { Ajv, type ValidateFunction } from 'ajv';
import { createGenerator } from 'ts-json-schema-generator';

import { folder, type Dashboard, type Panel } from './dashboard.js';

const generator = createGenerator({
  path: join(folder, 'src', 'check', 'model.ts'),
  tsconfig: join(folder, 'tsconfig.json'),
  skipTypeCheck: true, // tsc has done that
  additionalProperties: false,
});
const ajv = new Ajv({ strict: false, allErrors: true });
const validators = new Map<string, ValidateFunction>();

function validator(type: string): ValidateFunction {
  const known = validators.get(type);
  if (known !== undefined) return known;
  const made = ajv.compile(generator.createSchema(type));
  validators.set(type, made);
  return made;
}

function faults(type: string, value: unknown, where: string): string[] {
  const validate = validator(type);
  if (validate(value ?? {})) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${where}${instancePath}: ${message} ${JSON.stringify(params)}`,
  );
}

// By the panel's type: the types of its options and of the custom part of its field configuration.
const models: Record<string, [options: string, custom?: string]> = {
  bargauge: ['BarGaugeOptions'],
  heatmap: ['HeatmapOptions', 'HeatmapCustom'],
  nodeGraph: ['NodeGraphOptions'],
  stat: ['StatOptions'],
  'state-timeline': ['StateTimelineOptions', 'StateTimelineCustom'],
  table: ['TableOptions', 'TableCustom'],
  timeseries: ['TimeseriesOptions', 'TimeseriesCustom'],
};

const pluginModel = (type: string): [options: string] => [type === 'rcaexporter-drift-panel' ? 'DriftPanelOptions' : 'IncidentPanelOptions'];

function panelFaults(panel: Panel): string[] {
  const where = `panel ${panel.title}`;
  if (panel.type === 'row') return faults('Row', panel, where);
  const model = panel.type.startsWith('rcaexporter-') ? pluginModel(panel.type) : models[panel.type];
  if (model === undefined) return [`${where}: ${panel.type} is no panel that check/schema.ts knows`];
  const { options, fieldConfig, targets, ...rest } = panel;
  const { custom, ...defaults } = fieldConfig?.defaults ?? {};
  return [
    ...faults('AnyPanel', rest, where),
    ...faults(model[0], options, `${where} options`),
    ...faults('Defaults', defaults, `${where} defaults`),
    ...faults('Overrides', (fieldConfig as { overrides?: unknown } | undefined)?.overrides ?? [], `${where} overrides`),
    ...(model[1] === undefined
      ? Object.keys(custom ?? {}).map((key) => `${where} custom: unknown ${key}`)
      : faults(model[1], custom, `${where} custom`)),
    ...(targets ?? []).flatMap((target) => faults('Query', target, `${where} query ${target.refId}`)),
  ];
}

// What does not fit the schema; nothing when all does.
export function schemaFaults(board: Dashboard): string[] {
  const { panels, annotations, templating, ...frame } = board;
  return [
    ...faults('Frame', frame, board.uid),
    ...panels.flatMap(panelFaults),
    ...annotations.list.flatMap((annotation) => faults('Annotation', annotation, `annotation ${annotation.name}`)),
    ...templating.list.flatMap((variable) => faults('Variable', variable, `variable ${variable.name}`)),
  ];
}
