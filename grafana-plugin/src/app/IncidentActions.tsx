import { AppEvents } from '@grafana/data';
import { getAppEvents, getBackendSrv } from '@grafana/runtime';
import { Button, Dropdown, Menu } from '@grafana/ui';
import { useState } from 'react';
import { lastValueFrom } from 'rxjs';

import { ANNOTATION_TAG, incidentAnnotation, incidentTag } from './annotation';
import { AnnotationHelp } from './AnnotationHelp';
import { errorText } from './dataSource';
import { fetchReport } from './exporter';
import { incidentMarkdown, type Case } from './markdown';
import { RefreshButton } from './RangeControls';

interface Props {
  one: Case;
  now: number;
  /** Name of the data source, for the Markdown. */
  source: string;
  exporter: boolean;
  loading: boolean;
  onRefresh: () => void;
}

export function IncidentActions({ one, now, source, exporter, loading, onRefresh }: Props) {
  const [busy, setBusy] = useState(false);
  const [helping, setHelping] = useState(false);
  const run = (action: () => Promise<string>) => {
    setBusy(true);
    action()
      .then(
        (done) => notify(AppEvents.alertSuccess.name, done),
        (error: unknown) => notify(AppEvents.alertError.name, 'That did not work', errorText(error)),
      )
      .finally(() => setBusy(false));
  };
  const copyMarkdown = async () => {
    await copyText(incidentMarkdown(one, now, source));
    return 'Copied as Markdown';
  };
  const copyReport = async () => {
    await copyText(await fetchReport(one.row.id));
    return 'Copied the full report';
  };
  const menu = (
    <Menu ariaLabel="Annotations">
      <Menu.Item label="Add as annotation" icon="comment-alt" description="For all dashboards, by tag" onClick={() => run(() => annotate(one))} />
      <Menu.Item label="Show on a dashboard" icon="brackets-curly" description="Annotation query to paste" onClick={() => setHelping(true)} />
    </Menu>
  );
  return (
    <>
      <Button icon="copy" variant="secondary" disabled={busy} onClick={() => run(copyMarkdown)}>
        Copy as Markdown
      </Button>
      {exporter && (
        <Button icon="file-alt" variant="secondary" disabled={busy} onClick={() => run(copyReport)}>
          Copy full report
        </Button>
      )}
      <Dropdown overlay={menu} placement="bottom-end">
        <Button icon="comment-alt" variant="secondary" disabled={busy}>
          Annotations
        </Button>
      </Dropdown>
      <RefreshButton loading={loading} onRefresh={onRefresh} />
      {helping && <AnnotationHelp incident={one.row.id} onClose={() => setHelping(false)} />}
    </>
  );
}

export function notify(type: string, ...payload: string[]): void {
  getAppEvents().publish({ type, payload });
}

/** Without HTTPS a browser has no clipboard; what is selected can be copied all the same. */
export async function copyText(text: string): Promise<void> {
  if (window.isSecureContext && navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = document.createElement('textarea');
  area.value = text;
  area.setAttribute('aria-hidden', 'true');
  area.style.position = 'fixed';
  area.style.opacity = '0';
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  if (!done) {
    throw new Error('This browser does not let the page copy. Use HTTPS.');
  }
}

/** Adds the annotation, or moves the one that an earlier click added. */
async function annotate({ row }: Case): Promise<string> {
  const body = incidentAnnotation(row);
  if (body === null) {
    throw new Error('The series do not say when the incident began.');
  }
  const server = getBackendSrv();
  const known = await lastValueFrom(
    server.fetch<Array<{ id: number }>>({
      url: `/api/annotations?type=annotation&limit=1&tags=${encodeURIComponent(ANNOTATION_TAG)}&tags=${encodeURIComponent(incidentTag(row.id))}`,
      method: 'GET',
      showErrorAlert: false,
    }),
  );
  const old = known.data[0];
  await lastValueFrom(
    server.fetch({
      url: old ? `/api/annotations/${old.id}` : '/api/annotations',
      method: old ? 'PATCH' : 'POST',
      data: body,
      showErrorAlert: false,
      showSuccessAlert: false,
    }),
  );
  return old ? 'The annotation was brought up to date' : `Added: dashboards show it with an annotation query of tag ${ANNOTATION_TAG}`;
}
