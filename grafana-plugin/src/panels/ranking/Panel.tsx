import { css, cx } from '@emotion/css';
import type { GrafanaTheme2, PanelProps, TimeRange } from '@grafana/data';
import { Tooltip, useStyles2 } from '@grafana/ui';
import { useMemo } from 'react';

import {
  DataLink,
  ENTITY_PROBABILITY,
  Facts,
  FAULT_PROBABILITY,
  IncidentHeader,
  modelOf,
  nameText,
  PanelShell,
  probabilityText,
  RoleBadge,
  roleText,
  statusOf,
  wantedIncident,
  words,
  type Fact,
} from '../../components';
import { exportOf, rankingOf, type Ranking, type RankingRow } from './data';
import { Evidence } from './Evidence';
import { defaults, type RankingOptions } from './options';

/** Below this width a row has two lines, and the sparkline goes. */
const NARROW = 480;

export function RankingPanel({ data, options, width, height, timeZone, replaceVariables }: PanelProps<RankingOptions>) {
  const { incident: wanted, showResolved, incidentUrl, method, limit, showEvidence } = { ...defaults, ...options };
  const model = useMemo(() => modelOf(data), [data]);
  const status = statusOf(data, model, wantedIncident(wanted, replaceVariables), showResolved);
  const shown = status.kind === 'ready' ? status.incident : undefined;
  const ranking = useMemo(() => shown && rankingOf(model, shown, method, limit), [model, shown, method, limit]);
  return (
    <PanelShell
      label="Root-cause ranking"
      width={width}
      height={height}
      status={status}
      notices={model.notices}
      header={
        shown && (
          <IncidentHeader
            incident={shown}
            timeZone={timeZone}
            now={data.timeRange.to.valueOf()}
            link={incidentUrl}
            timeRange={data.timeRange}
            replaceVariables={replaceVariables}
          />
        )
      }
      exported={shown && ranking && ranking.rows.length > 0 ? () => exportOf(shown, method, ranking.rows) : undefined}
    >
      {shown && ranking && (
        <RankingTable
          ranking={ranking}
          method={method}
          narrow={width < NARROW}
          showEvidence={showEvidence}
          timeRange={data.timeRange}
        />
      )}
    </PanelShell>
  );
}

interface TableProps {
  ranking: Ranking;
  method: string;
  narrow: boolean;
  showEvidence: boolean;
  timeRange: TimeRange;
}

function RankingTable({ ranking, method, narrow, showEvidence, timeRange }: TableProps) {
  const styles = useStyles2(getStyles);
  if (ranking.rows.length === 0) {
    return <Undiagnosed ranking={ranking} method={method} />;
  }
  const evidence = showEvidence && !narrow;
  return (
    <>
      <table className={cx(styles.table, narrow && styles.narrow)}>
        <thead>
          <tr>
            <th scope="col" className={styles.rank}>
              #
            </th>
            <th scope="col">Entity</th>
            {!narrow && <th scope="col">Fault class</th>}
            {evidence && <th scope="col">Evidence</th>}
            <th scope="col" className={styles.number}>
              {ranking.calibrated ? ENTITY_PROBABILITY : 'Share of scores'}
            </th>
          </tr>
        </thead>
        <tbody>
          {ranking.rows.map((row) => (
            <Row key={row.entity} row={row} narrow={narrow} evidence={evidence} calibrated={ranking.calibrated} timeRange={timeRange} />
          ))}
        </tbody>
      </table>
      <Footer ranking={ranking} />
    </>
  );
}

interface RowProps {
  row: RankingRow;
  narrow: boolean;
  evidence: boolean;
  calibrated: boolean;
  timeRange: TimeRange;
}

function Row({ row, narrow, evidence, calibrated, timeRange }: RowProps) {
  const styles = useStyles2(getStyles);
  const facts: Fact[] = [
    [calibrated ? ENTITY_PROBABILITY : 'Share of scores', probabilityText(row.score)],
    ['Fault class', row.faultClass && nameText(row.faultClass.faultClass)],
    [FAULT_PROBABILITY, row.faultClass && probabilityText(row.faultClass.probability)],
    ['Category', row.faultClass && nameText(row.faultClass.category)],
    ['Role', row.role && roleText(row.role)],
    ['Evidence', row.signal && words(row.signal)],
  ];
  const fault = row.faultClass && <span>{nameText(row.faultClass.faultClass)}</span>;
  return (
    <tr>
      <td className={styles.rank}>{row.rank}</td>
      <td>
        <div className={styles.entity}>
          <Tooltip content={<Facts facts={facts} />} placement="top-start">
            <span className={styles.name}>
              <DataLink origin={row.origin} label={row.entity}>
                {row.entity}
              </DataLink>
            </span>
          </Tooltip>
          {row.role && <RoleBadge role={row.role} />}
        </div>
        {narrow && <div className={styles.secondary}>{fault ?? words(row.signal)}</div>}
      </td>
      {!narrow && <td>{fault ?? <span className={styles.secondary}>–</span>}</td>}
      {evidence && (
        <td className={styles.evidence}>
          <Evidence row={row} timeRange={timeRange} />
        </td>
      )}
      <td className={styles.number}>
        {probabilityText(row.score)}
        <div className={styles.track} aria-hidden>
          <div className={row.rank === 1 ? styles.first : styles.bar} style={{ width: `${Math.min(1, row.score) * 100}%` }} />
        </div>
      </td>
    </tr>
  );
}

function Footer({ ranking }: { ranking: Ranking }) {
  const styles = useStyles2(getStyles);
  const parts = [
    ranking.more > 0 ? `${ranking.more} more with less probability` : '',
    ranking.calibrated && ranking.unexplained !== undefined
      ? `probability of none of the named causes: ${probabilityText(ranking.unexplained)}`
      : '',
  ].filter(Boolean);
  return parts.length === 0 ? null : <div className={styles.footer}>{parts.join(' · ')}</div>;
}

/** An incident without a ranking: not diagnosed yet, or of a method that does not run. */
function Undiagnosed({ ranking, method }: { ranking: Ranking; method: string }) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.message} role="status">
      {ranking.methods.length === 0
        ? 'No diagnosis of this incident yet.'
        : `There is no ranking of the method "${method}". There are: ${ranking.methods.join(', ')}.`}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  table: css({
    width: '100%',
    borderCollapse: 'collapse',
    fontSize: theme.typography.body.fontSize,
    '& th': {
      textAlign: 'left',
      color: theme.colors.text.secondary,
      fontSize: theme.typography.bodySmall.fontSize,
      fontWeight: theme.typography.fontWeightMedium,
      padding: theme.spacing(0.5, 1),
      position: 'sticky',
      top: 0,
      zIndex: 1,
      background: theme.colors.background.primary,
    },
    '& td': {
      padding: theme.spacing(0.75, 1),
      borderTop: `1px solid ${theme.colors.border.weak}`,
      verticalAlign: 'middle',
      overflowWrap: 'anywhere',
    },
  }),
  narrow: css({ '& td': { padding: theme.spacing(0.5, 0.5) }, '& th': { padding: theme.spacing(0.5, 0.5) } }),
  rank: css({ width: theme.spacing(4), color: theme.colors.text.secondary }),
  number: css({ textAlign: 'right', width: '22%', minWidth: 84, fontVariantNumeric: 'tabular-nums' }),
  entity: css({ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: theme.spacing(0.5, 1) }),
  name: css({ fontWeight: theme.typography.fontWeightMedium }),
  evidence: css({ width: '30%' }),
  secondary: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
  track: css({
    marginTop: theme.spacing(0.25),
    height: 4,
    borderRadius: 2,
    background: theme.colors.background.secondary,
    overflow: 'hidden',
  }),
  first: css({ height: '100%', background: theme.colors.error.main }),
  bar: css({ height: '100%', background: theme.colors.secondary.shade }),
  footer: css({
    padding: theme.spacing(0.75, 1),
    borderTop: `1px solid ${theme.colors.border.weak}`,
    color: theme.colors.text.secondary,
    fontSize: theme.typography.bodySmall.fontSize,
  }),
  message: css({
    height: '100%',
    display: 'flex',
    alignItems: 'center',
    justifyContent: 'center',
    textAlign: 'center',
    color: theme.colors.text.secondary,
  }),
});
