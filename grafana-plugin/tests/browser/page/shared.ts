// The packages that Grafana shares with its plugins, under the names by which a plugin asks for them, and SystemJS to load
// a plugin's module.js exactly as it is shipped.
import * as emotionCss from '@emotion/css';
import * as emotionReact from '@emotion/react';
import * as grafanaData from '@grafana/data';
import * as grafanaRuntime from '@grafana/runtime';
import * as grafanaUi from '@grafana/ui';
import i18next from 'i18next';
import lodash from 'lodash';
// eslint-disable-next-line no-restricted-imports -- Grafana shares it with plugins
import moment from 'moment';
import * as React from 'react';
import * as ReactDom from 'react-dom';
import * as ReactDomClient from 'react-dom/client';
import * as ReactJsxRuntime from 'react/jsx-runtime';
import * as ReactRouter from 'react-router';
import * as rxjs from 'rxjs';
import * as rxjsOperators from 'rxjs/operators';

type Module = Record<string, unknown>;

const shared: Record<string, Module> = {
  '@emotion/css': emotionCss,
  '@emotion/react': emotionReact,
  '@grafana/data': grafanaData,
  '@grafana/runtime': grafanaRuntime,
  '@grafana/ui': grafanaUi,
  i18next: i18next as unknown as Module,
  lodash: lodash as unknown as Module,
  moment: moment as unknown as Module,
  react: React as unknown as Module,
  'react-dom': ReactDom as unknown as Module,
  'react-dom/client': ReactDomClient as unknown as Module,
  'react/jsx-runtime': ReactJsxRuntime as unknown as Module,
  'react-router': ReactRouter as unknown as Module,
  rxjs: rxjs as unknown as Module,
  'rxjs/operators': rxjsOperators as unknown as Module,
};

interface SystemJs {
  set(id: string, module: Module): void;
  import(id: string): Promise<Module>;
  constructor: { prototype: { resolve(this: SystemJs, id: string, parent?: string): string } };
}

declare global {
  interface Window {
    System: SystemJs;
  }
}

const script = (source: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const element = document.createElement('script');
    element.src = source;
    element.onload = () => resolve();
    element.onerror = () => reject(new Error(`${source} could not be loaded`));
    document.head.append(element);
  });

/** SystemJS comes after the bundle of this page: it changes how the page defines modules. */
export async function prepareLoader(): Promise<void> {
  for (const file of ['system.min.js', 'extras/amd.min.js', 'extras/named-register.min.js']) {
    await script(`/systemjs/${file}`);
  }
  const { System } = window;
  for (const [name, module] of Object.entries(shared)) {
    System.set(`shared:${name}`, { ...module, default: module['default'] ?? module, __esModule: true });
  }
  const { prototype } = System.constructor;
  const resolve = prototype.resolve;
  prototype.resolve = function (id, parent) {
    if (id === 'module') {
      return 'shared:module';
    }
    return Object.hasOwn(shared, id) ? `shared:${id}` : resolve.call(this, id, parent);
  };
}

/** Loads a module.js; `uri` tells it where its chunks are. */
export async function loadModule<T>(uri: string): Promise<T> {
  window.System.set('shared:module', { default: { uri }, uri, __esModule: true });
  return (await window.System.import(uri)) as T;
}
