import { css } from '@emotion/css';
import type { AppPluginMeta, GrafanaTheme2, PluginConfigPageProps } from '@grafana/data';
import { DataSourcePicker, getBackendSrv } from '@grafana/runtime';
import { Alert, Button, Field, FieldSet, Input, SecretInput, useStyles2 } from '@grafana/ui';
import { useCallback, useEffect, useState, type FormEvent } from 'react';
import { lastValueFrom } from 'rxjs';

import { basicAuthToken, exporterUrlProblem, judgeExporter, judgeSeries, type Verdict } from './connection';
import { chooseDataSource, errorText, speaksPromQl } from './dataSource';
import { askExporter } from './exporter';
import type { AppSecrets, AppSettings } from './settings';
import { testDataSource } from './testDataSource';

interface Form {
  dataSource: string;
  exporterUrl: string;
  exporterUser: string;
  password: string;
  passwordStored: boolean;
}

/** A reload makes Grafana hand the saved settings to every page; the test runs after it. */
const TEST_AFTER_SAVE = 'rcaexporter-rca-app.test-after-save';

/** Where the series are, and optionally where the exporter is; with a test that says what is wrong. */
export function ConfigPage({ plugin }: PluginConfigPageProps<AppPluginMeta<AppSettings>>) {
  const styles = useStyles2(getStyles);
  const { meta } = plugin;
  const saved = savedForm(meta);
  const [form, setForm] = useState<Form>(saved);
  const [saving, setSaving] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const test = useConnectionTest(saved);
  const urlProblem = exporterUrlProblem(form.exporterUrl);
  const changed = JSON.stringify(form) !== JSON.stringify(saved);
  const set = (part: Partial<Form>) => setForm((old) => ({ ...old, ...part }));

  const save = (event: FormEvent) => {
    event.preventDefault();
    if (urlProblem !== null) {
      return;
    }
    if (!changed) {
      void test.run();
      return;
    }
    setSaving(true);
    setProblem(null);
    saveSettings(meta, form).then(
      () => {
        sessionStorage.setItem(TEST_AFTER_SAVE, '1');
        window.location.reload();
      },
      (error: unknown) => {
        setProblem(errorText(error));
        setSaving(false);
      },
    );
  };

  return (
    <form onSubmit={save} className={styles.form}>
      <FieldSet label="Series">
        <Field noMargin label="Data source" description="The Prometheus that scrapes rca_exporter, or one that has its series. Without a choice the default one is used.">
          <DataSourcePicker
            inputId="rca-data-source"
            current={form.dataSource === '' ? null : form.dataSource}
            noDefault
            placeholder="Default data source"
            filter={speaksPromQl}
            onChange={({ uid }) => set({ dataSource: uid })}
            onClear={() => set({ dataSource: '' })}
          />
        </Field>
      </FieldSet>
      <FieldSet label="rca_exporter (optional)">
        <p className={styles.hint}>With its URL the incident page also shows the full report. Everything else comes from the series alone.</p>
        <div className={styles.fields}>
          <Field
            noMargin
            label="URL"
            description="As the Grafana server reaches it; the browser never talks to it."
            invalid={urlProblem !== null}
            error={urlProblem ?? undefined}
          >
            <Input
              id="rca-exporter-url"
              width={60}
              placeholder="http://rca-exporter:9877"
              value={form.exporterUrl}
              onChange={(event) => set({ exporterUrl: event.currentTarget.value })}
            />
          </Field>
          <Field noMargin label="User" description="Only when the exporter runs with --web.config.file.">
            <Input
              id="rca-exporter-user"
              width={40}
              autoComplete="off"
              value={form.exporterUser}
              // User and password are stored as one secret: another user needs the password again.
              onChange={(event) => set({ exporterUser: event.currentTarget.value, password: '', passwordStored: false })}
            />
          </Field>
          <Field noMargin label="Password" description="Stored encrypted; Grafana sends it, not the browser.">
            <SecretInput
              id="rca-exporter-password"
              width={40}
              autoComplete="new-password"
              isConfigured={form.passwordStored}
              value={form.password}
              onChange={(event) => set({ password: event.currentTarget.value })}
              onReset={() => set({ password: '', passwordStored: false })}
            />
          </Field>
        </div>
      </FieldSet>
      <div>
        <Button type="submit" disabled={saving || test.running || urlProblem !== null}>
          {changed ? 'Save and test' : 'Test the connection'}
        </Button>
      </div>
      <div className={styles.verdicts} aria-live="polite">
        {problem !== null && (
          <Alert severity="error" title="The settings were not saved">
            {problem}
          </Alert>
        )}
        {test.running && <p>Testing …</p>}
        {test.verdicts.map((verdict) => (
          <Alert key={verdict.title} severity={verdict.severity} title={verdict.title}>
            {verdict.detail}
          </Alert>
        ))}
      </div>
    </form>
  );
}

function savedForm({ jsonData, secureJsonFields }: AppPluginMeta<AppSettings>): Form {
  return {
    dataSource: jsonData?.dataSource ?? '',
    exporterUrl: jsonData?.exporterUrl ?? '',
    exporterUser: jsonData?.exporterUser ?? '',
    password: '',
    passwordStored: Boolean(secureJsonFields?.['basicAuth']),
  };
}

async function saveSettings(meta: AppPluginMeta<AppSettings>, form: Form): Promise<void> {
  const url = form.exporterUrl.trim().replace(/\/+$/, '');
  const secrets: AppSecrets = form.passwordStored ? {} : { basicAuth: credentials(form) };
  await lastValueFrom(
    getBackendSrv().fetch({
      url: `/api/plugins/${meta.id}/settings`,
      method: 'POST',
      showSuccessAlert: false,
      showErrorAlert: false,
      data: {
        enabled: true,
        pinned: meta.pinned ?? true,
        jsonData: { dataSource: form.dataSource, exporterUrl: url, exporterUser: form.exporterUser },
        secureJsonData: secrets,
      },
    }),
  );
}

const credentials = ({ exporterUser, password }: Form): string =>
  exporterUser === '' && password === '' ? '' : basicAuthToken(exporterUser, password);

function useConnectionTest(saved: Form) {
  const [verdicts, setVerdicts] = useState<Verdict[]>([]);
  const [running, setRunning] = useState(false);
  const { dataSource, exporterUrl } = saved;
  const run = useCallback(async () => {
    setRunning(true);
    setVerdicts([]);
    const [series, exporter] = await Promise.all([
      seriesVerdict(dataSource),
      exporterUrl === '' ? null : askExporter('api/v1/incidents').then(judgeExporter),
    ]);
    setVerdicts(exporter === null ? [series] : [series, exporter]);
    setRunning(false);
  }, [dataSource, exporterUrl]);
  useEffect(() => {
    if (sessionStorage.getItem(TEST_AFTER_SAVE) !== null) {
      sessionStorage.removeItem(TEST_AFTER_SAVE);
      void Promise.resolve().then(run);
    }
  }, [run]);
  return { verdicts, running, run };
}

async function seriesVerdict(uid: string): Promise<Verdict> {
  const source = chooseDataSource(uid === '' ? undefined : uid);
  if (source === undefined) {
    return {
      severity: 'error',
      title: uid === '' ? 'There is no Prometheus data source' : 'The chosen data source does not exist any more',
      detail: 'Add a Prometheus data source in Grafana, or choose another one here.',
    };
  }
  return judgeSeries(await testDataSource(source, Date.now()));
}

const getStyles = (theme: GrafanaTheme2) => ({
  form: css({ maxWidth: 720 }),
  fields: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(2) }),
  hint: css({ color: theme.colors.text.secondary }),
  verdicts: css({ marginTop: theme.spacing(2) }),
});
