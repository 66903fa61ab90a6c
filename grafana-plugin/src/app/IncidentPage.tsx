import { css } from '@emotion/css';
import type { DataSourceInstanceSettings, GrafanaTheme2, TimeRange } from '@grafana/data';
import { PluginPage } from '@grafana/runtime';
import { Alert, Button, LinkButton, LoadingPlaceholder, useStyles2 } from '@grafana/ui';
import { useCallback, useMemo } from 'react';
import { useLocation, useParams } from 'react-router-dom';

import { chooseDataSource } from './dataSource';
import { IncidentActions } from './IncidentActions';
import { IncidentDetails } from './IncidentDetails';
import { IncidentHead } from './IncidentHead';
import { IncidentPanels } from './IncidentPanels';
import { NoDataSource } from './IncidentsPage';
import { loadIncident } from './loadIncident';
import { Message } from './Message';
import { Report } from './Report';
import { BASE_PATH, useSettings } from './settings';
import { useLoad } from './useLoad';
import { usePageRange } from './useTimeRange';

/** Everything about one incident on one page. */
export function IncidentPage() {
  const { id = '' } = useParams();
  const { search } = useLocation();
  const settings = useSettings();
  const source = useMemo(() => chooseDataSource(settings.dataSource), [settings.dataSource]);
  const { range, refresh } = usePageRange();
  return (
    <PluginPage pageNav={{ text: id, parentItem: { text: 'Incidents', url: `${BASE_PATH}/incidents${search}` } }}>
      {source ? (
        <Incident key={id} source={source} id={id} range={range} refresh={refresh} exporter={(settings.exporterUrl ?? '') !== ''} />
      ) : (
        <NoDataSource configured={settings.dataSource} />
      )}
    </PluginPage>
  );
}

interface Props {
  source: DataSourceInstanceSettings;
  id: string;
  range: TimeRange;
  refresh: () => void;
  /** Whether the exporter can be asked for its full report. */
  exporter: boolean;
}

function Incident({ source, id, range, refresh, exporter }: Props) {
  const styles = useStyles2(getStyles);
  const { search } = useLocation();
  const { value, loading, error } = useLoad(useCallback(() => loadIncident(source, id, range), [source, id, range]));
  return (
    <div className={styles.page}>
      {error !== undefined && (
        <Alert severity="error" title={`Data source ${source.name} did not answer the query`}>
          <p>{error}</p>
          <Button size="sm" variant="secondary" onClick={refresh}>
            Try again
          </Button>
        </Alert>
      )}
      {value === undefined && loading && <LoadingPlaceholder text="Reading the incident" />}
      {value?.notices.map((text) => (
        <Alert key={text} severity="info" title={text} />
      ))}
      {value && !value.found && (
        <Message icon="question-circle" title={`Nothing of incident ${id} in ${source.name}`}>
          <p>It may be older than what this data source keeps, or belong to another one.</p>
          <LinkButton variant="secondary" href={`${BASE_PATH}/incidents${search}`}>
            All incidents
          </LinkButton>
        </Message>
      )}
      {value?.found && (
        <>
          <IncidentHead one={value.found} now={value.at}>
            <IncidentActions one={value.found} now={value.at} source={source.name} exporter={exporter} onRefresh={refresh} loading={loading} />
          </IncidentHead>
          <IncidentPanels data={value.data} incident={id} />
          <IncidentDetails one={value.found} />
          {exporter && <Report incident={id} />}
        </>
      )}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  page: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(2) }),
});
