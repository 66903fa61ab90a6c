import { css } from '@emotion/css';
import type { GrafanaTheme2, PanelData } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';

import { defaults as fishbone } from '../panels/fishbone/options';
import { FishbonePanel } from '../panels/fishbone/Panel';
import { defaults as propagation } from '../panels/propagation/options';
import { PropagationPanel } from '../panels/propagation/Panel';
import { defaults as ranking } from '../panels/ranking/options';
import { RankingPanel } from '../panels/ranking/Panel';
import { defaults as timeline } from '../panels/timeline/options';
import { TimelinePanel } from '../panels/timeline/Panel';
import { defaults as whys } from '../panels/whys/options';
import { WhysPanel } from '../panels/whys/Panel';

import { PanelHost } from './PanelHost';

interface Props {
  data: PanelData;
  incident: string;
}

/** The panels of this plugin, all of the same incident. */
export function IncidentPanels({ data, incident }: Props) {
  const styles = useStyles2(getStyles);
  // No link to the page on which they stand.
  const shown = { incident, showResolved: true, incidentUrl: '' };
  return (
    <div className={styles.grid}>
      <PanelHost title="Most likely root causes" panel={RankingPanel} options={{ ...ranking, ...shown }} data={data} height={340} />
      <PanelHost title="How the fault travelled" panel={PropagationPanel} options={{ ...propagation, ...shown }} data={data} height={340} />
      <PanelHost title="Why it happened" panel={WhysPanel} options={{ ...whys, ...shown }} data={data} height={480} />
      <PanelHost title="What speaks for which kind of cause" panel={FishbonePanel} options={{ ...fishbone, ...shown }} data={data} height={480} />
      <div className={styles.wide}>
        <PanelHost title="What happened when" panel={TimelinePanel} options={{ ...timeline, ...shown }} data={data} height={360} />
      </div>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  grid: css({ display: 'grid', gap: theme.spacing(2), gridTemplateColumns: 'repeat(auto-fit, minmax(min(480px, 100%), 1fr))' }),
  wide: css({ gridColumn: '1 / -1', minWidth: 0 }),
});
