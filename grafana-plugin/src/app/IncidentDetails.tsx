import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Badge, useStyles2, type BadgeColor } from '@grafana/ui';
import type { ReactNode } from 'react';

import { RoleBadge, timeText } from '../components';
import type { Finding, Role, VerifiedAction } from '../data';

import { actionStateText, timelineEntries, type Case } from './markdown';
import { words } from './text';

const STATE_COLOR: Record<string, BadgeColor> = { holds: 'green', failed: 'red', pending: 'blue' };
const KIND_TEXT: Record<string, string> = { mitigate: 'Mitigate', prevent: 'Prevent', detect: 'Detect' };

/** What is done against it, what was found, and what happened when. */
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
      <Section title="Timeline, with changes from an hour before the onset">
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Event</th>
            </tr>
          </thead>
          <tbody>
            {timelineEntries(one).map((entry) => (
              <tr key={JSON.stringify(entry)}>
                <td>{timeText(entry.time)}</td>
                <td>{entry.text}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Section>
      <div className={styles.wide}>
        <Section title="Findings" empty={findings.length === 0 && 'No diagnosis yet.'}>
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">Role</th>
                <th scope="col">Entity</th>
                <th scope="col">Signals</th>
              </tr>
            </thead>
            <tbody>
              {groupFindings(findings).map((group) => (
                <tr key={JSON.stringify([group.role, group.entity])}>
                  <td className={styles.short}>
                    <RoleBadge role={group.role} />
                  </td>
                  <td className={styles.entity}>{group.entity}</td>
                  <td>{group.signals.map(words).join(', ')}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Section>
      </div>
    </div>
  );
}

function ActionRow({ action }: { action: VerifiedAction }) {
  const styles = useStyles2(getStyles);
  return (
    <tr>
      <td className={styles.short}>{KIND_TEXT[action.kind] ?? action.kind}</td>
      <td>{action.action}</td>
      <td className={styles.short}>
        <Badge color={STATE_COLOR[action.state] ?? 'darkgrey'} text={action.state || 'not known'} tooltip={actionStateText(action.state)} />
      </td>
    </tr>
  );
}

/** One row for each entity in one role: an entity has many signals. */
export function groupFindings(findings: readonly Finding[]): Array<{ role: Role; entity: string; signals: string[] }> {
  const groups = new Map<string, { role: Role; entity: string; signals: string[] }>();
  for (const { role, entity, signal } of findings) {
    const key = JSON.stringify([role, entity]);
    const group = groups.get(key) ?? { role, entity, signals: [] };
    groups.set(key, group);
    if (signal !== '') {
      group.signals.push(signal);
    }
  }
  return [...groups.values()];
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
      {empty ? <p className={styles.empty}>{empty}</p> : <ScrollBox title={title}>{children}</ScrollBox>}
    </section>
  );
}

function ScrollBox({ title, children }: { title: string; children: ReactNode }) {
  const styles = useStyles2(getStyles);
  return (
    // What scrolls must be reachable by keyboard.
    <div className={styles.scroll} tabIndex={0} role="group" aria-label={`${title}: content`}>
      {children}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  grid: css({ display: 'grid', gap: theme.spacing(2), gridTemplateColumns: 'repeat(auto-fit, minmax(min(440px, 100%), 1fr))', alignItems: 'start' }),
  wide: css({ gridColumn: '1 / -1', minWidth: 0 }),
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
  table: css({
    width: '100%',
    '& th': { textAlign: 'left', color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize, fontWeight: theme.typography.fontWeightMedium },
    '& th, & td': { padding: theme.spacing(0.5, 1.5, 0.5, 0), verticalAlign: 'top', overflowWrap: 'break-word' },
    '& tbody tr': { borderTop: `1px solid ${theme.colors.border.weak}` },
  }),
  entity: css({ minWidth: 110 }),
  // Wide enough for its words; long texts are what breaks.
  short: css({ whiteSpace: 'nowrap', width: 1, fontVariantNumeric: 'tabular-nums' }),
});
