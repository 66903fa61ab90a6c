import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { ClipboardButton, Modal, useStyles2 } from '@grafana/ui';

import { copyText } from './IncidentActions';
import { annotationQuery } from './queries';

/** How a dashboard shows incidents by itself, without anything stored in Grafana. */
export function AnnotationHelp({ incident, onClose }: { incident: string; onClose: () => void }) {
  const styles = useStyles2(getStyles);
  return (
    <Modal title="Incidents on a dashboard" isOpen onDismiss={onClose}>
      <p>
        In the settings of the dashboard, under Annotations, add a query on the data source that has the rca_ series. Turn on &quot;Series value as
        timestamp&quot;, and take {'{{slo}}'} as title and {'{{incident}}'} as text.
      </p>
      <Query title="Every incident" query={annotationQuery()} />
      <Query title="Only this one" query={annotationQuery(incident)} />
      <p className={styles.secondary}>
        In the same way rca_incident_detected_timestamp_seconds and rca_incident_resolved_timestamp_seconds mark detection and resolution.
      </p>
    </Modal>
  );
}

function Query({ title, query }: { title: string; query: string }) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.query}>
      <div>{title}</div>
      <div className={styles.line}>
        <code className={styles.code}>{query}</code>
        <ClipboardButton variant="secondary" size="sm" icon="copy" getText={() => query} onClipboardError={() => void copyText(query)}>
          Copy
        </ClipboardButton>
      </div>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  query: css({ marginBottom: theme.spacing(2) }),
  line: css({ display: 'flex', gap: theme.spacing(1), alignItems: 'center' }),
  code: css({ flex: 1, overflowWrap: 'anywhere', padding: theme.spacing(1), whiteSpace: 'pre-wrap' }),
  secondary: css({ color: theme.colors.text.secondary }),
});
