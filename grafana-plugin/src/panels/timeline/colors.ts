import type { GrafanaTheme2 } from '@grafana/data';

import type { EventKind } from './data';

export function eventColor(kind: EventKind, { colors, visualization }: GrafanaTheme2): string {
  switch (kind) {
    case 'change':
      return visualization.getColorByName('purple');
    case 'onset':
      return colors.error.main;
    case 'detected':
      return colors.warning.main;
    case 'mitigated':
      return visualization.getColorByName('green');
    case 'recovered':
    case 'resolved':
      return colors.success.main;
  }
}
