import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Badge, Icon, Pagination, useStyles2, type BadgeColor } from '@grafana/ui';
import { useState } from 'react';
import { Link, useLocation } from 'react-router-dom';

import { entityChance, timeText } from '../components';

import { faultClassTitle } from '../data/faultClasses';

import { durationMs, type IncidentRow, type IncidentState, type Sort, type SortKey } from './incidents';
import { incidentPath } from './settings';
import { durationText, percentText, sentenceCase, words } from './text';

interface Props {
  rows: readonly IncidentRow[];
  sort: Sort;
  onSort: (sort: Sort) => void;
  now: number;
}

const PAGE_SIZE = 50;

interface Column {
  key: SortKey;
  title: string;
  /** Of the first click. */
  descending: boolean;
  className?: 'number';
}

const COLUMNS: readonly Column[] = [
  { key: 'slo', title: 'Incident', descending: false },
  { key: 'entity', title: 'Root cause', descending: false },
  { key: 'budget', title: 'Error budget', descending: true, className: 'number' },
  { key: 'state', title: 'State', descending: false },
  { key: 'onset', title: 'Onset', descending: true },
  { key: 'duration', title: 'Duration', descending: true, className: 'number' },
];

/** One row for each incident; in a narrow place one card. Roles are said, because cards lose those of a table. */
export function IncidentTable({ rows, sort, onSort, now }: Props) {
  const styles = useStyles2(getStyles);
  const [page, setPage] = useState(1);
  const pages = Math.ceil(rows.length / PAGE_SIZE);
  const current = Math.min(page, pages);
  const shown = rows.slice((current - 1) * PAGE_SIZE, current * PAGE_SIZE);
  return (
    <div className={styles.container}>
      <table className={styles.table} role="table" aria-label="Incidents">
        <thead role="rowgroup">
          <tr role="row">
            {COLUMNS.map((column) => (
              <SortHeader key={column.key} column={column} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {shown.map((row) => (
            <Row key={row.id} row={row} now={now} />
          ))}
        </tbody>
      </table>
      {pages > 1 && <Pagination currentPage={current} numberOfPages={pages} onNavigate={setPage} />}
    </div>
  );
}

function SortHeader({ column, sort, onSort }: { column: Column; sort: Sort; onSort: (sort: Sort) => void }) {
  const styles = useStyles2(getStyles);
  const sorted = sort.key === column.key;
  const next = { key: column.key, descending: sorted ? !sort.descending : column.descending };
  return (
    <th
      role="columnheader"
      scope="col"
      aria-sort={sorted ? (sort.descending ? 'descending' : 'ascending') : 'none'}
      className={column.className && styles[column.className]}
    >
      <button type="button" className={styles.sort} onClick={() => onSort(next)}>
        {column.title}
        {sorted && <Icon name={sort.descending ? 'arrow-down' : 'arrow-up'} size="sm" />}
      </button>
    </th>
  );
}

function Row({ row, now }: { row: IncidentRow; now: number }) {
  const styles = useStyles2(getStyles);
  const { search } = useLocation();
  const duration = durationMs(row, now);
  return (
    <tr role="row">
      <td role="cell">
        <Link to={`${incidentPath(row.id)}${search}`} className={styles.link}>
          {sentenceCase(words(row.slo)) || row.id}
        </Link>
        <div className={styles.secondary}>{row.id}</div>
      </td>
      <td role="cell" data-title="Root cause">
        <div className={styles.cause}>
          {row.entity ?? <span className={styles.secondary}>not known</span>}
          {row.probability !== null && row.entity !== null && <span className={styles.secondary}> {entityChance(row.probability)}</span>}
          {row.faultClass !== null && <div className={styles.secondary}>{faultClassTitle(row.faultClass)}</div>}
        </div>
      </td>
      <td role="cell" data-title="Error budget" className={styles.number}>
        <Budget consumed={row.budget} />
      </td>
      <td role="cell" data-title="State">
        <StateBadge state={row.state} />
      </td>
      <td role="cell" data-title="Onset">
        {timeText(row.onset ?? row.detected ?? undefined)}
      </td>
      <td role="cell" data-title="Duration" className={styles.number}>
        {duration === null ? '–' : durationText(duration)}
      </td>
    </tr>
  );
}

export function Budget({ consumed }: { consumed: number | null }) {
  const styles = useStyles2(getStyles);
  if (consumed === null) {
    return <span className={styles.secondary}>not known</span>;
  }
  const gone = consumed >= 1;
  return (
    <span className={styles.budget}>
      <span className={styles.track} aria-hidden="true">
        <span className={cx(styles.fill, gone && styles.gone)} style={{ width: `${Math.min(Math.max(consumed, 0), 1) * 100}%` }} />
      </span>
      {percentText(consumed)}
    </span>
  );
}

const STATE_BADGE: Record<IncidentState, [color: BadgeColor, text: string, tooltip?: string]> = {
  open: ['red', 'Open'],
  resolved: ['green', 'Resolved'],
  silent: ['darkgrey', 'Not reported', 'Neither resolved nor reported any more: the exporter stopped, or keeps no more incidents.'],
};

export function StateBadge({ state }: { state: IncidentState }) {
  const [color, text, tooltip] = STATE_BADGE[state];
  return <Badge color={color} text={text} tooltip={tooltip} />;
}

const NARROW = '@container (max-width: 760px)';

const getStyles = (theme: GrafanaTheme2) => ({
  container: css({ containerType: 'inline-size' }),
  table: css({
    width: '100%',
    '& th, & td': { padding: theme.spacing(1), textAlign: 'left', verticalAlign: 'top' },
    '& tbody tr': { borderTop: `1px solid ${theme.colors.border.weak}`, '&:hover': { background: theme.colors.action.hover } },
    [NARROW]: {
      '& thead': { display: 'none' },
      '&, & tbody, & tr': { display: 'block' },
      '& td': { display: 'flex', justifyContent: 'space-between', gap: theme.spacing(1), padding: theme.spacing(0.5, 1) },
      '& td:first-of-type': { display: 'block' },
      '& td[data-title]::before': { content: 'attr(data-title)', color: theme.colors.text.secondary },
      '& tbody tr': { padding: theme.spacing(1, 0) },
    },
  }),
  sort: css({
    all: 'unset',
    display: 'inline-flex',
    alignItems: 'center',
    gap: theme.spacing(0.5),
    cursor: 'pointer',
    color: theme.colors.text.secondary,
    fontWeight: theme.typography.fontWeightMedium,
    '&:hover': { color: theme.colors.text.primary },
    '&:focus-visible': { outline: `2px solid ${theme.colors.primary.main}`, outlineOffset: 2 },
  }),
  link: css({
    color: theme.colors.text.link,
    fontWeight: theme.typography.fontWeightMedium,
    '&:hover': { textDecoration: 'underline' },
  }),
  secondary: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize, overflowWrap: 'anywhere' }),
  cause: css({ [NARROW]: { textAlign: 'right', overflowWrap: 'anywhere' } }),
  number: css({ fontVariantNumeric: 'tabular-nums', whiteSpace: 'nowrap' }),
  budget: css({ display: 'inline-flex', alignItems: 'center', gap: theme.spacing(1) }),
  track: css({
    display: 'inline-block',
    width: 72,
    height: 8,
    borderRadius: 4,
    overflow: 'hidden',
    background: theme.colors.action.disabledBackground,
  }),
  fill: css({ display: 'block', height: '100%', background: theme.colors.warning.main }),
  gone: css({ background: theme.colors.error.main }),
});
