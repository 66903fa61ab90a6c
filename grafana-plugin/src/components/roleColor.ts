import type { GrafanaTheme2 } from '@grafana/data';

import type { Role } from '../data';

/** The colours of the role badges, for drawings. */
export function roleColor(theme: GrafanaTheme2, role: Role | undefined): string {
  switch (role) {
    case 'root_cause':
      return theme.colors.error.main;
    case 'contributing_factor':
      return theme.colors.warning.main;
    case 'symptom':
      return theme.colors.info.main;
    case undefined:
      return theme.colors.border.strong;
  }
}
