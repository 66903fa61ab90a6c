import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';

import { ENTITY_PROBABILITY, roleText } from '../../components';
import { roleColor } from '../../components/roleColor';
import type { Role } from '../../data';

import { Glyph } from './NodeCard';

const ROLES: readonly Role[] = ['root_cause', 'contributing_factor', 'symptom'];

/** What lines, shapes and figures mean; only those that are drawn. */
interface Props {
  roles: ReadonlySet<Role>;
  calls: boolean;
  /** Whether cards have a probability. */
  chances: boolean;
}

export function Legend({ roles, calls, chances }: Props) {
  const styles = useStyles2(getStyles);
  const theme = useTheme2();
  const fault = theme.colors.error.main;
  const call = theme.colors.border.strong;
  return (
    <ul className={styles.legend} aria-label="Legend">
      <li>
        <svg width={26} height={12} aria-hidden="true">
          <path d="M0,6h16" stroke={fault} strokeWidth={3.5} />
          <polygon points="26,6 15,1 15,11" fill={fault} />
        </svg>
        the fault travels
      </li>
      {calls && (
        <li>
          <svg width={26} height={12} aria-hidden="true">
            <path d="M0,6h20" stroke={call} strokeDasharray="4 3" />
            <polygon points="26,6 19,3 19,9" fill={call} />
          </svg>
          calls
        </li>
      )}
      {ROLES.filter((role) => roles.has(role)).map((role) => (
        <li key={role}>
          <svg width={12} height={12} aria-hidden="true">
            <Glyph role={role} x={6} y={6} color={roleColor(theme, role)} />
          </svg>
          {roleText(role)}
        </li>
      ))}
      {chances && <li>%: {ENTITY_PROBABILITY.toLowerCase()}</li>}
    </ul>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  legend: css({
    display: 'flex',
    flexWrap: 'wrap',
    columnGap: theme.spacing(1.5),
    margin: 0,
    padding: 0,
    listStyle: 'none',
    minWidth: 0,
    overflow: 'hidden',
    maxHeight: '100%',
    fontSize: theme.typography.bodySmall.fontSize,
    color: theme.colors.text.secondary,
    '& li': { display: 'flex', alignItems: 'center', gap: theme.spacing(0.5), whiteSpace: 'nowrap' },
  }),
});
