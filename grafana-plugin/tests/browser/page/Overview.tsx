import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import {
  EmbeddedScene,
  SceneControlsSpacer,
  SceneGridItem,
  SceneGridLayout,
  SceneRefreshPicker,
  SceneTimePicker,
  SceneTimeRange,
} from '@grafana/scenes';
import { LinkButton, useStyles2 } from '@grafana/ui';
import { useMemo } from 'react';

import { views, type PanelView } from '../views';

import { vizPanel } from './scenes';

interface Props {
  theme: 'light' | 'dark';
  from: string;
  to: string;
}

/** All panels at once, for somebody who has no Grafana at hand. */
export function Overview({ theme, from, to }: Props) {
  const styles = useStyles2(getStyles);
  const scene = useMemo(() => overviewScene(from, to), [from, to]);
  const other = theme === 'dark' ? 'light' : 'dark';
  return (
    <main className={styles.page}>
      <header className={styles.header}>
        <h1 className={styles.title}>Root causes of LLM incidents</h1>
        <LinkButton variant="secondary" size="sm" href={`/?theme=${other}`} aria-label={`Use the ${other} theme`}>
          {other === 'light' ? 'Light' : 'Dark'} theme
        </LinkButton>
      </header>
      <p className={styles.hint}>
        The panels of the Grafana plugin, on the series in Prometheus. In Grafana they stand on your own dashboards.
      </p>
      <scene.Component model={scene} />
    </main>
  );
}

const COLUMNS = 24;
const ROW_HEIGHT = 38;

function overviewScene(from: string, to: string): EmbeddedScene {
  let x = 0;
  let y = 0;
  let rowHeight = 0;
  const children = views
    .filter((view): view is PanelView => view.kind === 'panel' && view.columns !== undefined)
    .map((view) => {
      const width = Math.min(COLUMNS, view.columns ?? COLUMNS);
      const height = Math.ceil(view.height / ROW_HEIGHT);
      if (x + width > COLUMNS) {
        x = 0;
        y += rowHeight;
        rowHeight = 0;
      }
      const item = new SceneGridItem({ x, y, width, height, isDraggable: false, isResizable: false, body: vizPanel(view) });
      x += width;
      rowHeight = Math.max(rowHeight, height);
      return item;
    });
  return new EmbeddedScene({
    $timeRange: new SceneTimeRange({ from, to, timeZone: 'browser' }),
    controls: [
      new SceneControlsSpacer(),
      new SceneTimePicker({ isOnCanvas: true }),
      new SceneRefreshPicker({ isOnCanvas: true, refresh: '5s', intervals: ['5s', '10s', '1m'] }),
    ],
    body: new SceneGridLayout({ children }),
  });
}

const getStyles = (theme: GrafanaTheme2) => ({
  page: css({ padding: theme.spacing(2), maxWidth: 1600, margin: '0 auto' }),
  header: css({ display: 'flex', justifyContent: 'space-between', alignItems: 'center', gap: theme.spacing(2) }),
  title: css({ ...theme.typography.h3, margin: 0 }),
  hint: css({ color: theme.colors.text.secondary }),
});
