import { AppPlugin } from '@grafana/data';

import { App } from './app/App';
import { ConfigPage } from './app/ConfigPage';
import type { AppSettings } from './app/settings';

export const plugin = new AppPlugin<AppSettings>()
  .setRootPage(App)
  .addConfigPage({ id: 'configuration', title: 'Configuration', icon: 'cog', body: ConfigPage });
