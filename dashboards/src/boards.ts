// All dashboards, by the name of their file.
import type * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';

import { exporter } from './exporter.js';
import { incident } from './incident.js';
import { gpuNodes } from './nodes.js';
import { overview } from './overview.js';
import { serving } from './serving.js';

export const boards: Record<string, () => dashboard.Dashboard> = {
  'llm-gpu-nodes.json': gpuNodes,
  'llm-serving.json': serving,
  'rca-exporter.json': exporter,
  'rca-incident.json': incident,
  'rca-overview.json': overview,
};
