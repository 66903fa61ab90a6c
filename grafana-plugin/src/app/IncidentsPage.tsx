import { css } from '@emotion/css';
import type { DataSourceInstanceSettings, GrafanaTheme2, TimeRange } from '@grafana/data';
import { PluginPage } from '@grafana/runtime';
import { Alert, Button, LinkButton, LoadingPlaceholder, useStyles2 } from '@grafana/ui';
import { useCallback, useMemo } from 'react';

import { buildModel, readSeries, type Notice } from '../data';

import { chooseDataSource, runQueries } from './dataSource';
import { IncidentFilters } from './IncidentFilters';
import { IncidentTable } from './IncidentTable';
import { filterIncidents, incidentRows, readLastWords, sortIncidents, type IncidentRow } from './incidents';
import { Message } from './Message';
import { rangeListQueries } from './queries';
import { RangeControls } from './RangeControls';
import { CONFIGURATION_PATH, useSettings } from './settings';
import { percentText } from './text';
import { useListState } from './useListState';
import { useLoad } from './useLoad';
import { usePageRange } from './useTimeRange';

interface List {
  rows: IncidentRow[];
  slos: number;
  notices: string[];
  /** When it was read; durations of open incidents count to here. */
  at: number;
}

/** All incidents of the time range: what cost most of the error budget first. */
export function IncidentsPage() {
  const settings = useSettings();
  const source = useMemo(() => chooseDataSource(settings.dataSource), [settings.dataSource]);
  const { range, setRange, refresh } = usePageRange();
  return (
    <PluginPage subTitle="What failed, where, and why. Sorted by the error budget that each incident consumed.">
      {source ? (
        <Incidents source={source} range={range} setRange={setRange} refresh={refresh} />
      ) : (
        <NoDataSource configured={settings.dataSource} />
      )}
    </PluginPage>
  );
}

interface Props {
  source: DataSourceInstanceSettings;
  range: TimeRange;
  setRange: (range: TimeRange) => void;
  refresh: () => void;
}

function Incidents({ source, range, setRange, refresh }: Props) {
  const styles = useStyles2(getStyles);
  const list = useLoad(useCallback(() => loadList(source.uid, range), [source.uid, range]));
  const state = useListState();
  const { value } = list;
  const shown = useMemo(
    () => (value ? sortIncidents(filterIncidents(value.rows, state.filter), state.sort, value.at) : []),
    [value, state.filter, state.sort],
  );
  return (
    <div className={styles.page}>
      <div className={styles.bar}>
        <IncidentFilters rows={value?.rows ?? []} filter={state.filter} onChange={state.setFilter} />
        <div className={styles.range}>
          <RangeControls range={range} loading={list.loading} onChange={setRange} onRefresh={refresh} />
        </div>
      </div>
      {list.error !== undefined && (
        <Alert severity="error" title={`Data source ${source.name} did not answer the query`}>
          <p>{list.error}</p>
          <Button size="sm" variant="secondary" onClick={refresh}>
            Try again
          </Button>
        </Alert>
      )}
      {value === undefined && list.loading && <LoadingPlaceholder text="Reading incidents" />}
      {value?.notices.map((text) => (
        <Alert key={text} severity="info" title={text} />
      ))}
      {value && value.rows.length === 0 && <NoIncident slos={value.slos} source={source.name} />}
      {value && value.rows.length > 0 && (
        <>
          <Summary rows={value.rows} shown={shown.length} />
          {shown.length > 0 ? (
            <IncidentTable rows={shown} sort={state.sort} onSort={state.setSort} now={value.at} />
          ) : (
            <Message icon="filter" title="No incident matches the filter">
              <Button variant="secondary" onClick={state.clear}>
                Clear the filter
              </Button>
            </Message>
          )}
        </>
      )}
    </div>
  );
}

export async function loadList(uid: string, range: TimeRange): Promise<List> {
  const seconds = (range.to.valueOf() - range.from.valueOf()) / 1000;
  const { frames, errors } = await runQueries(uid, rangeListQueries(seconds), range);
  const unread: Notice[] = [];
  const seen = readSeries(frames.filter((frame) => frame.refId === 'seen'), unread, () => true);
  const at = range.to.valueOf();
  const model = buildModel(frames.filter((frame) => frame.refId !== 'seen'), at);
  const notices = [...errors, ...model.notices.map((notice) => notice.text)];
  return { rows: incidentRows(model, readLastWords(seen)), slos: model.slos.length, notices: [...new Set(notices)], at };
}

function Summary({ rows, shown }: { rows: readonly IncidentRow[]; shown: number }) {
  const styles = useStyles2(getStyles);
  const open = rows.filter((row) => row.state === 'open').length;
  const worst = Math.max(...rows.map((row) => row.budget ?? 0));
  const parts = [
    shown === rows.length ? `${rows.length} ${rows.length === 1 ? 'incident' : 'incidents'}` : `${shown} of ${rows.length} incidents`,
    open === 0 ? 'none open' : `${open} open`,
    worst > 0 ? `the worst consumed ${percentText(worst)} of its error budget` : '',
  ];
  return (
    <div className={styles.summary} role="status">
      {parts.filter(Boolean).join(' · ')}
    </div>
  );
}

function NoIncident({ slos, source }: { slos: number; source: string }) {
  if (slos === 0) {
    return (
      <Message icon="question-circle" title={`No series of rca_exporter in ${source}`}>
        <p>Let this Prometheus scrape rca_exporter, or choose another data source or time range.</p>
        <LinkButton variant="secondary" href={CONFIGURATION_PATH}>
          Configuration and connection test
        </LinkButton>
      </Message>
    );
  }
  return (
    <Message icon="check-circle" calm title="No incident in this time range">
      <p>{slos === 1 ? 'One SLO is watched and kept.' : `${slos} SLOs are watched and kept.`}</p>
    </Message>
  );
}

export function NoDataSource({ configured }: { configured: string | undefined }) {
  return (
    <Message
      icon="database"
      title={configured ? 'The configured data source does not exist any more' : 'There is no Prometheus data source'}
    >
      <p>The app reads the series of rca_exporter from a data source that speaks PromQL.</p>
      <LinkButton href={CONFIGURATION_PATH}>Choose a data source</LinkButton>
    </Message>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  page: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(2) }),
  bar: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(1), justifyContent: 'space-between', alignItems: 'flex-start' }),
  range: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(1) }),
  summary: css({ color: theme.colors.text.secondary }),
});
