import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Alert, Icon, IconButton, LoadingPlaceholder, Toggletip, useStyles2 } from '@grafana/ui';
import type { ReactNode } from 'react';

import type { Notice } from '../data';

import type { ExportTable } from './export';
import { ExportButton } from './ExportButton';
import type { ShellStatus } from './status';

interface Props {
  /** What the panel is, for screen readers. */
  label: string;
  width: number;
  height: number;
  status: ShellStatus;
  notices: readonly Notice[];
  /** Left of the toolbar: which incident this is. */
  header?: ReactNode;
  /** Buttons of the panel, left of the export. */
  tools?: ReactNode;
  exported?: () => ExportTable;
  /** The drawing as the text of an SVG file. */
  picture?: () => string | undefined;
  /** Drawn when the status is `ready`. */
  children: ReactNode;
}

/** The frame of every panel: its toolbar, and what it says while there is nothing to draw. */
export function PanelShell({ label, width, height, status, notices, header, tools, exported, picture, children }: Props) {
  const styles = useStyles2(getStyles);
  const ready = status.kind === 'ready';
  return (
    // No landmark: Grafana's own panel around it is one, with a title that may be the same.
    <div role="group" aria-label={label} data-testid="rca-panel" className={styles.shell} style={{ width, height }}>
      {(ready || notices.length > 0) && (
        <div className={styles.toolbar}>
          <div className={styles.header}>{header}</div>
          <Notices notices={notices} />
          {ready && tools}
          {ready && exported && <ExportButton table={exported} picture={picture} />}
        </div>
      )}
      {/* What scrolls must be reachable by keyboard. */}
      <div className={styles.body} tabIndex={0} role="group" aria-label={`${label}: content`}>
        {ready ? children : <StatusMessage status={status} />}
      </div>
    </div>
  );
}

function Notices({ notices }: { notices: readonly Notice[] }) {
  const styles = useStyles2(getStyles);
  if (notices.length === 0) {
    return null;
  }
  const list = (
    <ul className={styles.notices}>
      {notices.map((notice) => (
        <li key={notice.text}>{notice.text}</li>
      ))}
    </ul>
  );
  return (
    <Toggletip content={list} title="Notes on the data">
      <IconButton name="exclamation-triangle" variant="secondary" aria-label={`Notes on the data: ${notices.length}`} />
    </Toggletip>
  );
}

/** Loading, nothing wrong, nothing known, or an error: never a blank panel. */
export function StatusMessage({ status }: { status: ShellStatus }) {
  const styles = useStyles2(getStyles);
  switch (status.kind) {
    case 'loading':
      return (
        <div className={styles.message}>
          <LoadingPlaceholder text="Loading" />
        </div>
      );
    case 'error':
      return (
        <Alert title="The query failed" severity="error">
          {status.message}
        </Alert>
      );
    case 'calm':
      return (
        <div className={styles.message} role="status">
          <Icon name="check-circle" size="xxl" className={styles.calm} />
          <div>No incident</div>
          {status.slos > 0 && (
            <div className={styles.secondary}>
              {status.slos === 1 ? 'One SLO is watched and kept.' : `${status.slos} SLOs are watched and kept.`}
            </div>
          )}
        </div>
      );
    case 'not-found':
      return (
        <div className={styles.message} role="status">
          <div>Incident {status.incident} is not in the data</div>
          <div className={styles.secondary}>The exporter keeps a limited number of resolved incidents; look at an earlier time.</div>
        </div>
      );
    case 'no-data':
      return (
        <div className={styles.message} role="status">
          <Icon name="question-circle" size="xl" />
          <div>No series of rca_exporter</div>
          <div className={styles.secondary}>Check that Prometheus scrapes it, and the queries of this panel.</div>
        </div>
      );
    case 'ready':
      return null;
  }
}

const getStyles = (theme: GrafanaTheme2) => ({
  shell: css({ display: 'flex', flexDirection: 'column', overflow: 'hidden', color: theme.colors.text.primary }),
  toolbar: css({
    display: 'flex',
    alignItems: 'center',
    gap: theme.spacing(0.5),
    minHeight: theme.spacing(3),
    flex: 'none',
    paddingBottom: theme.spacing(0.5),
  }),
  header: css({ flex: 1, minWidth: 0, fontSize: theme.typography.bodySmall.fontSize, color: theme.colors.text.secondary }),
  body: css({ flex: 1, minHeight: 0, overflow: 'auto', position: 'relative' }),
  message: css({
    height: '100%',
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'center',
    justifyContent: 'center',
    gap: theme.spacing(0.5),
    textAlign: 'center',
    padding: theme.spacing(1),
  }),
  calm: css({ color: theme.colors.success.text }),
  secondary: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
  notices: css({ paddingLeft: theme.spacing(2), margin: 0 }),
});
