import { getDefaultTimeRange, LoadingState } from '@grafana/data';
import {
  EmbeddedScene,
  SceneDataNode,
  SceneFlexItem,
  SceneFlexLayout,
  SceneQueryRunner,
  SceneTimeRange,
  VizPanel,
  type SceneTimeRangeState,
} from '@grafana/scenes';

import type { BadInput, PanelView } from '../views';

type Range = Pick<SceneTimeRangeState, 'from' | 'to'>;

/** A panel with its own queries. */
export function vizPanel(view: PanelView, bad?: BadInput): VizPanel {
  const queries = bad
    ? [{ refId: 'A', badInput: bad }]
    : view.queries.map(({ refId, expr, instant }) => ({ refId, expr, instant, range: !instant }));
  return new VizPanel({
    title: view.title,
    pluginId: view.pluginId,
    options: view.options ?? {},
    fieldConfig: { defaults: { links: [...(view.links ?? [])] }, overrides: [] },
    $data:
      bad === 'loading'
        ? // A query runner shows nothing of a panel before the first answer; here it has to say what it does until then.
          new SceneDataNode({ data: { state: LoadingState.Loading, series: [], timeRange: getDefaultTimeRange() } })
        : new SceneQueryRunner({ datasource: { uid: bad ? 'bad-input' : 'prometheus', type: 'prometheus' }, queries }),
  });
}

export function panelScene(panel: VizPanel, range: Range): EmbeddedScene {
  return new EmbeddedScene({
    $timeRange: new SceneTimeRange({ ...range, timeZone: 'utc' }),
    body: new SceneFlexLayout({ children: [new SceneFlexItem({ body: panel })] }),
  });
}
