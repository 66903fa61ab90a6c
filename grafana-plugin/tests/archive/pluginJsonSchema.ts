// What Grafana demands of a plugin.json, as far as apps and panels need it: the fields, enums and patterns of its
// published schema (https://grafana.com/developers/plugin-tools/reference/plugin-json). Fields that only data sources,
// backends and built-in plugins have are not known here, so that one of them is a mistake.

const text = { type: 'string', minLength: 1 } as const;
const flag = { type: 'boolean' } as const;
const pluginId = '^[0-9a-z]+-([0-9a-z]+-)?(app|panel|datasource)$';

const object = (required: readonly string[], properties: Record<string, object>) => ({
  type: 'object',
  required,
  additionalProperties: false,
  properties,
});

const info = object(['description', 'keywords', 'logos', 'version', 'updated'], {
  author: object(['name'], { name: text, email: { type: 'string' }, url: { type: 'string', pattern: '^https://' } }),
  description: text,
  keywords: { type: 'array', minItems: 1, items: text },
  links: { type: 'array', items: object(['name', 'url'], { name: text, url: { type: 'string', pattern: '^https?://' } }) },
  logos: object(['small', 'large'], { small: { type: 'string', pattern: '\\.svg$' }, large: { type: 'string', pattern: '\\.svg$' } }),
  screenshots: { type: 'array', items: object(['name', 'path'], { name: text, path: { type: 'string', pattern: '^img/' } }) },
  version: { type: 'string', pattern: '^(0|[1-9]\\d*)\\.(0|[1-9]\\d*)\\.(0|[1-9]\\d*)$' },
  updated: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' },
});

const include = object(['type', 'name'], {
  type: { enum: ['dashboard', 'page', 'panel', 'datasource'] },
  name: text,
  path: { type: 'string', pattern: '^/|\\.json$' },
  uid: text,
  role: { enum: ['Admin', 'Editor', 'Viewer'] },
  action: text,
  addToNav: flag,
  defaultNav: flag,
  icon: text,
});

const route = object(['path', 'url'], {
  path: text,
  url: text,
  method: text,
  reqRole: { enum: ['Admin', 'Editor', 'Viewer'] },
  reqAction: text,
  reqSignedIn: flag,
  headers: { type: 'array', items: object(['name', 'content'], { name: text, content: { type: 'string' } }) },
});

export const pluginJsonSchema = {
  ...object(['type', 'name', 'id', 'info', 'dependencies'], {
    $schema: { type: 'string' },
    type: { enum: ['app', 'panel'] },
    id: { type: 'string', pattern: pluginId },
    name: text,
    info,
    includes: { type: 'array', items: include },
    routes: { type: 'array', items: route },
    preload: flag,
    autoEnabled: flag,
    skipDataQuery: flag,
    state: { enum: ['alpha', 'beta', 'stable', 'deprecated'] },
    dependencies: object(['grafanaDependency'], {
      grafanaDependency: { type: 'string', pattern: '^>=\\d+\\.\\d+\\.\\d+(-\\d+)?$' },
      plugins: { type: 'array', items: object(['id', 'name', 'type'], { id: { type: 'string', pattern: pluginId }, name: text, type: { enum: ['app', 'panel', 'datasource'] } }) },
      extensions: { type: 'object' },
    }),
    extensions: { type: 'object' },
  }),
};
