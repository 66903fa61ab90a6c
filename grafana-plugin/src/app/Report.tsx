import { css } from '@emotion/css';
import { renderMarkdown, type GrafanaTheme2 } from '@grafana/data';
import { Alert, LoadingPlaceholder, useStyles2 } from '@grafana/ui';
import { useCallback, useMemo } from 'react';

import { fetchReport } from './exporter';
import { Section } from './IncidentDetails';
import { useLoad } from './useLoad';

/** The exporter's own report: it knows the evidence behind what the series say. */
export function Report({ incident }: { incident: string }) {
  const styles = useStyles2(getStyles);
  const { value, error, loading } = useLoad(useCallback(() => fetchReport(incident), [incident]));
  // Sanitised by Grafana: a report holds names that came off the network.
  const html = useMemo(() => (value === undefined ? '' : renderMarkdown(value)), [value]);
  return (
    <Section title="Full report of rca_exporter">
      {loading && value === undefined && <LoadingPlaceholder text="Asking the exporter" />}
      {error !== undefined && (
        <Alert severity="warning" title="The full report cannot be shown">
          {error} What is above comes from the series and does not need the exporter.
        </Alert>
      )}
      {html !== '' && <div className={styles.report} dangerouslySetInnerHTML={{ __html: html }} />}
    </Section>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  report: css({
    '& h1': { fontSize: theme.typography.h4.fontSize },
    '& h2': { fontSize: theme.typography.h5.fontSize, marginTop: theme.spacing(2) },
    '& table': { borderCollapse: 'collapse', marginBottom: theme.spacing(1) },
    '& th, & td': { border: `1px solid ${theme.colors.border.weak}`, padding: theme.spacing(0.5, 1), textAlign: 'left', overflowWrap: 'anywhere' },
    '& ul, & ol': { paddingLeft: theme.spacing(3) },
  }),
});
