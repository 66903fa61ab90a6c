import { css } from '@emotion/css';
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data';
import { Badge, useStyles2, type BadgeColor } from '@grafana/ui';
import type { ReactNode } from 'react';

import { RoleBadge } from '../components';
import type { VerifiedAction } from '../data';

import { actionStateText, type Case } from './markdown';
import { words } from './text';

const STATE_COLOR: Record<string, BadgeColor> = { holds: 'green', failed: 'red', pending: 'blue' };
const KIND_TEXT: Record<string, string> = { mitigate: 'Mitigate', prevent: 'Prevent', detect: 'Detect' };

/** What is done against it, what was found, and what changed before it. */
export function IncidentDetails({ one }: { one: Case }) {
  const styles = useStyles2(getStyles);
  const { actions, findings } = one.incident;
  return (
    <div className={styles.grid}>
      <Section title="Corrective actions and their effect" empty={actions.length === 0 && 'The series name no action yet.'}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">Kind</th>
              <th scope="col">Action</th>
              <th scope="col">Effect</th>
            </tr>
          </thead>
          <tbody>
            {actions.map((action) => (
              <ActionRow key={`${action.action} ${action.state}`} action={action} />
            ))}
          </tbody>
        </table>
      </Section>
      <Section title="Findings" empty={findings.length === 0 && 'No diagnosis yet.'}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">Role</th>
              <th scope="col">Entity</th>
              <th scope="col">Signal</th>
            </tr>
          </thead>
          <tbody>
            {findings.map((finding) => (
              <tr key={JSON.stringify([finding.role, finding.entity, finding.signal])}>
                <td>
                  <RoleBadge role={finding.role} />
                </td>
                <td>{finding.entity}</td>
                <td>{words(finding.signal)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Section>
      <Section title="Changes from an hour before the onset" empty={one.changes.length === 0 && 'No change was reported in this time.'}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Change</th>
              <th scope="col">From</th>
              <th scope="col">To</th>
            </tr>
          </thead>
          <tbody>
            {one.changes.map((change) => (
              <tr key={JSON.stringify(change)}>
                <td className={styles.time}>{dateTimeFormat(change.at)}</td>
                <td>
                  {words(change.kind)} of {change.entity}
                </td>
                <td>{change.from || '–'}</td>
                <td>{change.to || '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Section>
    </div>
  );
}

function ActionRow({ action }: { action: VerifiedAction }) {
  return (
    <tr>
      <td>{KIND_TEXT[action.kind] ?? action.kind}</td>
      <td>{action.action}</td>
      <td>
        <Badge color={STATE_COLOR[action.state] ?? 'darkgrey'} text={action.state || 'not known'} tooltip={actionStateText(action.state)} />
      </td>
    </tr>
  );
}

interface SectionProps {
  title: string;
  /** Said instead of the children. */
  empty?: string | false;
  children: ReactNode;
}

export function Section({ title, empty, children }: SectionProps) {
  const styles = useStyles2(getStyles);
  return (
    <section className={styles.section} aria-label={title}>
      <h3 className={styles.heading}>{title}</h3>
      {empty ? <p className={styles.empty}>{empty}</p> : <div className={styles.scroll}>{children}</div>}
    </section>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  grid: css({ display: 'grid', gap: theme.spacing(2), gridTemplateColumns: 'repeat(auto-fit, minmax(min(440px, 100%), 1fr))', alignItems: 'start' }),
  section: css({
    minWidth: 0,
    padding: theme.spacing(1.5, 2),
    background: theme.colors.background.primary,
    border: `1px solid ${theme.colors.border.weak}`,
    borderRadius: theme.shape.radius.default,
  }),
  heading: css({ fontSize: theme.typography.h6.fontSize, margin: theme.spacing(0, 0, 1) }),
  scroll: css({ overflowX: 'auto' }),
  empty: css({ color: theme.colors.text.secondary, margin: 0 }),
  time: css({ whiteSpace: 'nowrap', fontVariantNumeric: 'tabular-nums' }),
  table: css({
    width: '100%',
    '& th': { textAlign: 'left', color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize, fontWeight: theme.typography.fontWeightMedium },
    '& th, & td': { padding: theme.spacing(0.5, 1.5, 0.5, 0), verticalAlign: 'top', overflowWrap: 'anywhere' },
    '& tbody tr': { borderTop: `1px solid ${theme.colors.border.weak}` },
  }),
});
