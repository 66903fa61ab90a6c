// All dashboards, by the path of their file. Those in plugin/ need our plugin, so they are installed apart from the others.
import type * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';

import { drift } from './drift.js';
import { exporter } from './exporter.js';
import { incident } from './incident.js';
import { gpuNodes } from './nodes.js';
import { overview } from './overview.js';
import { driftPanels, incidentPanels } from './plugin_panels.js';
import { serving } from './serving.js';
import { slos } from './slo.js';

export const boards: Record<string, () => dashboard.Dashboard> = {
  'llm-drift.json': drift,
  'llm-gpu-nodes.json': gpuNodes,
  'llm-serving.json': serving,
  'llm-slo.json': slos,
  'rca-exporter.json': exporter,
  'rca-incident.json': incident,
  'plugin/llm-drift-panels.json': driftPanels,
  'plugin/rca-incident-panels.json': incidentPanels,
  'rca-overview.json': overview,
};
