import { css, cx } from '@emotion/css';
import type { GrafanaTheme2, PanelProps } from '@grafana/data';
import { Tooltip, useStyles2 } from '@grafana/ui';
import { Fragment, useMemo } from 'react';

import {
  DataLink,
  entityChance,
  Facts,
  faultChance,
  IncidentHeader,
  modelOf,
  PanelShell,
  probabilityText,
  statusOf,
  wantedIncident,
  type ExportTable,
} from '../../components';
import { Remark } from '../../components/Remark';
import { usePictureStyle } from '../../components/usePictureStyle';
import type { Incident } from '../../data';
import { faultClassTitle } from '../../data/faultClasses';

import { readChain, sentence, spans, type Chain, type Step } from './data';
import { defaults, type WhysOptions } from './options';
import { drawChain } from './picture';


const LABEL = 'Chain of whys';

/** Below this a column of text has too few words a line. */
const LEAST_COLUMN = 190;

/** From this width on the confidence stands beside the sentences. */
const BESIDE_FROM = 480;

/** A chain in columns is about this high; a higher panel has room for it downwards. */
const ACROSS_UP_TO = 300;

export function WhysPanel({ data, options, width, height, replaceVariables, timeZone }: PanelProps<WhysOptions>) {
  const model = useMemo(() => modelOf(data), [data]);
  const status = statusOf(data, model, wantedIncident(options.incident, replaceVariables), options.showResolved);
  const incident = status.kind === 'ready' ? status.incident : undefined;
  const chain = useMemo(() => (incident ? readChain(incident) : undefined), [incident]);
  const style = usePictureStyle();
  const hasSteps = chain !== undefined && chain.steps.length > 0;
  return (
    <PanelShell
      label={LABEL}
      width={width}
      height={height}
      status={status}
      notices={model.notices}
      header={
        incident && (
          <IncidentHeader
            incident={incident}
            timeZone={timeZone}
            link={options.incidentUrl}
            timeRange={data.timeRange}
            replaceVariables={replaceVariables}
          />
        )
      }
      exported={incident && hasSteps ? () => exportTable(incident, chain) : undefined}
      picture={hasSteps ? () => drawChain(chain, style) : undefined}
    >
      {hasSteps ? (
        <ChainView chain={chain} options={{ ...defaults, ...options }} width={width} height={height} />
      ) : (
        <Remark
          icon="info-circle"
          title="Why is not known"
          detail="There is no rca_why of this incident: it has no diagnosis yet, or none that is sure enough."
        />
      )}
    </PanelShell>
  );
}

interface ViewProps {
  chain: Chain & { entities: string[] };
  options: WhysOptions;
  width: number;
  height: number;
}

function ChainView({ chain, options, width, height }: ViewProps) {
  const styles = useStyles2(getStyles);
  const room = width / chain.steps.length >= LEAST_COLUMN;
  const across = options.direction === 'across' || (options.direction === 'auto' && room && height < ACROSS_UP_TO);
  return (
    <ol className={across ? styles.across : styles.down} aria-label="From what users feel to the cause">
      {chain.steps.map((step) => (
        <StepView
          key={step.step}
          step={step}
          entities={chain.entities}
          across={across}
          beside={!across && width >= BESIDE_FROM}
          showConfidence={options.showConfidence}
          answer={options.showAnswer && step.deepest ? chain.answer : undefined}
        />
      ))}
    </ol>
  );
}

interface StepProps {
  step: Step;
  entities: readonly string[];
  across: boolean;
  beside: boolean;
  showConfidence: boolean;
  answer: Chain['answer'];
}

function StepView({ step, entities, across, beside, showConfidence, answer }: StepProps) {
  const styles = useStyles2(getStyles);
  return (
    <li className={cx(across ? styles.stepAcross : styles.stepDown, step.deepest && styles.deepest)}>
      <span className={cx(styles.number, step.deepest && styles.numberDeepest)} aria-hidden="true">
        {step.step}
      </span>
      <div className={cx(styles.card, step.deepest && styles.cardDeepest)}>
        {step.missing.length > 0 && <div className={styles.secondary}>Not in the data: step {step.missing.join(', ')}</div>}
        <div className={beside ? styles.beside : undefined}>
          <div>
            <div className={styles.effect}>
              <span className={styles.word}>Why:</span> <Words text={sentence(step.effect, '?')} entities={entities} />
            </div>
            <div className={styles.cause}>
              <span className={styles.word}>Because</span>{' '}
              <DataLink origin={step.origin} label={step.cause}>
                <Words text={sentence(step.cause, '.')} entities={entities} />
              </DataLink>
            </div>
          </div>
          {showConfidence && <Confidence step={step} />}
        </div>
        {answer && (
          <div className={styles.answer}>
            Root cause:{' '}
            <strong>
              {answer.entity}
              {answer.faultClass ? `, ${faultClassTitle(answer.faultClass.faultClass).toLowerCase()}` : ''}
            </strong>
            {chances(answer)}
          </div>
        )}
      </div>
    </li>
  );
}

/** Both, each by its name: other panels show the one or the other. */
function chances({ probability, faultClass }: NonNullable<Chain['answer']>): string {
  const parts = [
    ...(probability === undefined ? [] : [entityChance(probability)]),
    ...(faultClass === undefined ? [] : [faultChance(faultClass.probability)]),
  ];
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

function Confidence({ step }: { step: Step }) {
  const styles = useStyles2(getStyles);
  const sure = probabilityText(step.confidence);
  return (
    <Tooltip content={<Facts facts={[['Step', step.step], ['Confidence in this step', sure], ['Names', step.names.join(', ')]]} />}>
      <div className={styles.confidence}>
        <span className={styles.track} aria-hidden="true">
          <span
            className={cx(styles.bar, step.deepest && styles.barDeepest)}
            style={{ width: `${Math.round(step.confidence * 100)}%` }}
          />
        </span>
        <span className={styles.figure}>{sure} sure</span>
      </div>
    </Tooltip>
  );
}

/** A sentence with the entities in it set off. */
function Words({ text, entities }: { text: string; entities: readonly string[] }) {
  const styles = useStyles2(getStyles);
  return spans(text, entities).map((span, i) => (
    <Fragment key={i}>{span.entity ? <span className={styles.entity} title={span.text}>{span.text}</span> : span.text}</Fragment>
  ));
}

function exportTable(incident: Incident, chain: Chain): ExportTable {
  return {
    name: `whys-${incident.id}`,
    columns: ['incident', 'step', 'effect', 'cause', 'confidence', 'names', 'deepest'],
    rows: chain.steps.map((step) => [
      incident.id,
      step.step,
      step.effect,
      step.cause,
      step.confidence,
      step.names.join(' '),
      step.deepest ? 'yes' : 'no',
    ]),
  };
}

const DOT = 24;

const getStyles = (theme: GrafanaTheme2) => {
  const line = `2px solid ${theme.colors.border.strong}`;
  return {
    down: css({ listStyle: 'none', margin: 0, padding: 0 }),
    across: css({ listStyle: 'none', margin: 0, padding: 0, display: 'flex', height: '100%' }),
    // The line goes from number to number, its arrow on the next one.
    stepDown: css({
      position: 'relative',
      paddingLeft: DOT + 10,
      paddingBottom: theme.spacing(1.25),
      '&:not(:last-child)::before': { content: '""', position: 'absolute', left: DOT / 2 - 1, top: DOT, bottom: 5, borderLeft: line },
      '&:not(:last-child)::after': {
        content: '""',
        position: 'absolute',
        left: DOT / 2 - 5,
        bottom: 1,
        borderLeft: '5px solid transparent',
        borderRight: '5px solid transparent',
        borderTop: `7px solid ${theme.colors.border.strong}`,
      },
      '& > span': { position: 'absolute', left: 0, top: 0 },
    }),
    stepAcross: css({
      position: 'relative',
      flex: '1 1 0',
      minWidth: 160,
      paddingTop: DOT + 8,
      paddingRight: theme.spacing(1.5),
      '&:not(:last-child)::before': { content: '""', position: 'absolute', top: DOT / 2 - 1, left: DOT, right: 5, borderTop: line },
      '&:not(:last-child)::after': {
        content: '""',
        position: 'absolute',
        top: DOT / 2 - 5,
        right: 1,
        borderTop: '5px solid transparent',
        borderBottom: '5px solid transparent',
        borderLeft: `7px solid ${theme.colors.border.strong}`,
      },
      '& > span': { position: 'absolute', left: 0, top: 0 },
    }),
    deepest: css({ paddingBottom: 0 }),
    number: css({
      width: DOT,
      height: DOT,
      borderRadius: '50%',
      display: 'flex',
      alignItems: 'center',
      justifyContent: 'center',
      fontSize: theme.typography.bodySmall.fontSize,
      fontWeight: theme.typography.fontWeightMedium,
      background: theme.colors.background.secondary,
      border: `1px solid ${theme.colors.border.strong}`,
    }),
    numberDeepest: css({
      background: theme.colors.error.main,
      borderColor: theme.colors.error.main,
      color: theme.colors.error.contrastText,
    }),
    card: css({
      background: theme.colors.background.secondary,
      border: `1px solid ${theme.colors.border.weak}`,
      borderRadius: theme.shape.radius.default,
      padding: theme.spacing(0.75, 1),
      overflowWrap: 'anywhere',
      lineHeight: 1.35,
    }),
    cardDeepest: css({ borderColor: theme.colors.error.main, borderLeftWidth: 4 }),
    effect: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
    cause: css({ marginTop: theme.spacing(0.25), fontWeight: theme.typography.fontWeightMedium }),
    word: css({ color: theme.colors.text.secondary, fontWeight: theme.typography.fontWeightRegular }),
    entity: css({
      background: theme.colors.background.canvas,
      border: `1px solid ${theme.colors.border.weak}`,
      borderRadius: theme.shape.radius.default,
      padding: '0 3px',
      // A name is not broken; one that is longer than the line ends in an ellipsis.
      display: 'inline-block',
      maxWidth: '100%',
      overflow: 'hidden',
      textOverflow: 'ellipsis',
      whiteSpace: 'nowrap',
      verticalAlign: 'bottom',
      lineHeight: 1.25,
    }),
    secondary: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
    beside: css({
      display: 'flex',
      alignItems: 'center',
      justifyContent: 'space-between',
      gap: theme.spacing(2),
      '& > :last-child:not(:first-child)': { flex: 'none', marginTop: 0 },
    }),
    confidence: css({
      display: 'flex',
      alignItems: 'center',
      gap: theme.spacing(1),
      marginTop: theme.spacing(0.5),
      fontSize: theme.typography.bodySmall.fontSize,
      color: theme.colors.text.secondary,
    }),
    track: css({
      width: 72,
      flex: 'none',
      height: 4,
      borderRadius: 2,
      overflow: 'hidden',
      background: theme.colors.border.medium,
    }),
    bar: css({ display: 'block', height: '100%', background: theme.colors.text.secondary }),
    barDeepest: css({ background: theme.colors.error.main }),
    figure: css({ minWidth: '8ch', whiteSpace: 'nowrap', fontVariantNumeric: 'tabular-nums' }),
    answer: css({
      marginTop: theme.spacing(0.75),
      paddingTop: theme.spacing(0.5),
      borderTop: `1px solid ${theme.colors.border.weak}`,
      '& strong': { fontWeight: theme.typography.fontWeightMedium },
    }),
  };
};
