import { css } from '@emotion/css';
import type { GrafanaTheme2, PanelData } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';

import { RankingPanel } from '../panels/ranking/Panel';
import { defaults as ranking } from '../panels/ranking/options';

import { PanelHost } from './PanelHost';

interface Props {
  data: PanelData;
  incident: string;
}

/** The panels of this plugin, all of the same incident. */
export function IncidentPanels({ data, incident }: Props) {
  const styles = useStyles2(getStyles);
  const shown = { incident, showResolved: true };
  return (
    <div className={styles.grid}>
      <PanelHost title="Root-cause ranking" panel={RankingPanel} options={{ ...ranking, ...shown }} data={data} height={340} />
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  grid: css({ display: 'grid', gap: theme.spacing(2), gridTemplateColumns: 'repeat(auto-fit, minmax(min(480px, 100%), 1fr))' }),
  wide: css({ gridColumn: '1 / -1' }),
});
