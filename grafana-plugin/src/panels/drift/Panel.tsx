import { css } from '@emotion/css';
import { formattedValueToString, getValueFormat, LoadingState, type GrafanaTheme2, type PanelData, type PanelProps } from '@grafana/data';
import { Badge, Combobox, Icon, useStyles2 } from '@grafana/ui';
import { useMemo, useRef, useState, type ReactNode, type RefObject } from 'react';

import { PanelShell, type ExportTable, type ShellStatus } from '../../components';
import type { ChartPicture } from '../../components/ChartFrame';
import { readSeries, type Notice } from '../../data';

import { ControlChartView } from './ControlChartView';
import { buildDriftModel, isDriftName } from './data';
import { DistributionChart } from './DistributionChart';
import type { ControlChart, Drift, DriftModel } from './model';
import type { DriftOptions } from './options';
import { choosePicture, type Picture } from './select';
import { Statistics } from './Statistics';
import { chartSentence, chartTable, distributionTable, driftSentence, subjectText, VERDICT_TEXT, type Format } from './text';

const LABEL = 'Drift and control chart';
const TOOLBAR_HEIGHT = 32;
const SIDE_BY_SIDE_WIDTH = 720;
const SIDE_WIDTH = 260;
const LEAST_CHART_HEIGHT = 140;
const BADGE_WIDTH = 110;
const LETTER_WIDTH = 7;
const LINE_HEIGHT = 22;

export function modelOf(data: PanelData): DriftModel {
  const notices: Notice[] = [];
  const model = buildDriftModel(readSeries(data.series, notices, isDriftName), notices);
  const newest = Math.max(...model.charts.map((chart) => chart.points.at(-1)?.time ?? -Infinity));
  const ahead = newest - Date.now();
  if (ahead > CLOCK_TOLERANCE_MS) {
    const text = `The newest samples lie ${Math.round(ahead / 1000)} s ahead of this browser's clock; the chart is widened to show them.`;
    return { ...model, notices: [...model.notices, { kind: 'clock', text }] };
  }
  return model;
}

const CLOCK_TOLERANCE_MS = 60_000;

export function DriftPanel({ data, options, width, height, replaceVariables, timeZone, fieldConfig }: PanelProps<DriftOptions>) {
  const model = useMemo(() => modelOf(data), [data]);
  const [chosen, setChosen] = useState<string | null>(null);
  const picture = choosePicture(model, options, replaceVariables, chosen);
  const drawing = useRef<ChartPicture>(null);
  const status = statusOf(data, picture);
  const valueFormat = getValueFormat(fieldConfig.defaults.unit ?? 'short');
  const format: Format = (value) => formattedValueToString(valueFormat(value, fieldConfig.defaults.decimals ?? undefined));
  const inner = height - TOOLBAR_HEIGHT;
  return (
    <PanelShell
      label={LABEL}
      width={width}
      height={height}
      status={status}
      notices={model.notices}
      header={picture.kind === 'none' ? undefined : <Choice picture={picture} onChange={setChosen} />}
      exported={exportOf(picture)}
      picture={hasDrawing(picture) ? () => drawing.current?.() : undefined}
    >
      {picture.kind === 'none' && <Nothing reason={picture.reason} />}
      {picture.kind === 'distribution' && <Distribution drift={picture.shown} width={width} height={inner} options={options} drawing={drawing} />}
      {picture.kind === 'control' && (
        <>
          <Head height={headHeight(chartSentence(picture.shown, format), width)}>
            <ControlVerdict chart={picture.shown} /> {chartSentence(picture.shown, format)}
          </Head>
          <ControlChartView
            key={picture.shown.key}
            chart={picture.shown}
            width={width}
            height={Math.max(inner - headHeight(chartSentence(picture.shown, format), width), LEAST_CHART_HEIGHT)}
            from={data.timeRange.from.valueOf()}
            to={data.timeRange.to.valueOf()}
            timeZone={timeZone}
            format={format}
            showEwma={options.showEwma}
            showCusum={options.showCusum}
            picture={drawing}
          />
        </>
      )}
    </PanelShell>
  );
}

function statusOf(data: PanelData, picture: Picture): ShellStatus {
  const message = data.errors?.find((error) => error.message)?.message;
  if (picture.kind === 'none' && (data.state === LoadingState.Error || message !== undefined)) {
    return { kind: 'error', message: message ?? 'The data source gave no reason.' };
  }
  return picture.kind === 'none' && data.state === LoadingState.Loading ? { kind: 'loading' } : { kind: 'ready' };
}

function exportOf(picture: Picture): (() => ExportTable) | undefined {
  switch (picture.kind) {
    case 'distribution':
      return () => distributionTable(picture.shown);
    case 'control':
      return () => chartTable(picture.shown);
    case 'none':
      return undefined;
  }
}

/** A distribution may come without its buckets. */
const hasDrawing = (picture: Picture): boolean =>
  picture.kind === 'control' || (picture.kind === 'distribution' && picture.shown.buckets.length > 0);

function Choice({ picture, onChange }: { picture: Exclude<Picture, { kind: 'none' }>; onChange: (key: string) => void }) {
  if (picture.choices.length < 2) {
    return null;
  }
  const options =
    picture.kind === 'distribution'
      ? picture.choices.map((one) => ({ value: one.key, label: `${subjectText(one)} · ${one.reference}`, description: VERDICT_TEXT[one.verdict] }))
      : picture.choices.map((one) => ({
          value: one.key,
          label: subjectText(one),
          description: one.broken.length === 0 ? 'In control' : 'Out of control',
        }));
  return <Combobox aria-label="Signal" options={options} value={picture.shown.key} onChange={(option) => onChange(option.value)} width="auto" minWidth={20} />;
}

function Head({ height, children }: { height: number; children: ReactNode }) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.head} style={{ minHeight: height }}>
      {children}
    </div>
  );
}

/** About as many lines as the sentence takes, so that the picture gets the rest. */
function headHeight(text: string, width: number): number {
  const lines = Math.ceil((BADGE_WIDTH + text.length * LETTER_WIDTH) / Math.max(width, LETTER_WIDTH));
  return lines * LINE_HEIGHT + 10;
}

interface DistributionProps {
  drift: Drift;
  width: number;
  height: number;
  options: DriftOptions;
  drawing: RefObject<ChartPicture | null>;
}

function Distribution({ drift, width, height, options, drawing }: DistributionProps) {
  const styles = useStyles2(getStyles);
  const beside = options.showStatistics && width >= SIDE_BY_SIDE_WIDTH;
  const chartWidth = beside ? width - SIDE_WIDTH : width;
  const head = headHeight(driftSentence(drift), width);
  const below = options.showStatistics && !beside;
  const chartHeight = Math.max(below ? (height - head) * 0.7 : height - head, LEAST_CHART_HEIGHT);
  return (
    <>
      <Head height={head}>
        <DriftVerdict drift={drift} /> {driftSentence(drift)}
      </Head>
      <div className={beside ? styles.beside : undefined}>
        {drift.buckets.length > 0 ? (
          <DistributionChart
            key={drift.key}
            drift={drift}
            width={chartWidth}
            height={chartHeight}
            showContribution={options.showContribution}
            picture={drawing}
          />
        ) : (
          <div className={styles.noBuckets} style={{ width: chartWidth }}>
            The queries give no rca_drift_distribution_ratio: the distributions cannot be drawn.
          </div>
        )}
        {options.showStatistics && (
          <div className={beside ? styles.side : styles.below}>
            <Statistics drift={drift} />
          </div>
        )}
      </div>
    </>
  );
}

function DriftVerdict({ drift }: { drift: Drift }) {
  const text = VERDICT_TEXT[drift.verdict];
  switch (drift.verdict) {
    case 'drift':
      return <Badge text={text} color="orange" icon="exclamation-triangle" />;
    case 'stable':
      return <Badge text={text} color="green" icon="check" />;
    default:
      return <Badge text={text} color="darkgrey" icon="question-circle" />;
  }
}

function ControlVerdict({ chart }: { chart: ControlChart }) {
  return chart.broken.length > 0 ? (
    <Badge text="Out of control" color="orange" icon="exclamation-triangle" />
  ) : (
    <Badge text="In control" color="green" icon="check" />
  );
}

function Nothing({ reason }: { reason: string }) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.nothing} role="status">
      <Icon name="info-circle" size="xl" />
      <div>{reason === '' ? 'Nothing is compared yet' : reason}</div>
      {reason === '' && (
        <div className={styles.secondary}>
          Signals to compare are named under drift and spc in the configuration of rca_exporter; the query is then, for example, {'{__name__=~"rca_drift_.+"}'}.
        </div>
      )}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  head: css({
    paddingBottom: theme.spacing(1),
    lineHeight: theme.typography.body.lineHeight,
  }),
  beside: css({ display: 'flex' }),
  side: css({ width: SIDE_WIDTH, paddingLeft: theme.spacing(2), flex: 'none' }),
  below: css({ paddingTop: theme.spacing(1) }),
  noBuckets: css({ color: theme.colors.text.secondary, padding: theme.spacing(2, 0) }),
  nothing: css({
    height: '100%',
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'center',
    justifyContent: 'center',
    gap: theme.spacing(0.5),
    textAlign: 'center',
    padding: theme.spacing(1),
  }),
  secondary: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize, overflowWrap: 'anywhere' }),
});
