import { css } from '@emotion/css';
import type { GrafanaTheme2, PanelProps } from '@grafana/data';
import { IconButton, useStyles2, useTheme2 } from '@grafana/ui';
import { useMemo, useRef, useState } from 'react';

import {
  ENTITY_PROBABILITY,
  IncidentHeader,
  modelOf,
  PanelShell,
  probabilityText,
  roleText,
  statusOf,
  wantedIncident,
  words,
  type ExportTable,
} from '../../components';
import { Hidden } from '../../components/Hidden';
import { Remark } from '../../components/Remark';
import { svgText } from '../../components/svgText';
import { Table } from '../../components/Table';
import type { Incident, RcaModel, Role } from '../../data';
import { faultClassTitle } from '../../data/faultClasses';

import { buildGraph, chains, chainText, readCalls, type Graph } from './data';
import { weightText } from './EdgeLine';
import { GraphView } from './GraphView';
import { bestLayout, layOut, type Sizes } from './layout';
import { Legend } from './Legend';
import { CARD_TEXT, cardHeight, cardWidth } from './NodeCard';
import { defaults, type PropagationOptions } from './options';
import { focus, group, nodeName, type Reduced } from './reduce';
import { usePanZoom } from './usePanZoom';

const LABEL = 'Propagation of the fault';
const TOOLBAR = 32;
const FOOTER = 28;
/** The legend takes three lines beside the tools of a narrow panel. */
const NARROW = 400;
const NARROW_FOOTER = 58;
const CAPTION = 22;

/** Cards are as wide as the widest needs, within measure. */
function sizesFor({ nodes }: Graph, width: number): Sizes {
  const most = width < 400 ? 180 : 250;
  const widest = Math.max(...nodes.map((node) => cardWidth(node, CARD_TEXT)));
  return { nodeWidth: Math.ceil(Math.min(most, Math.max(110, widest))), heightOf: cardHeight, labelWidth: 40, labelHeight: 20 };
}

export function PropagationPanel({ data, options, width, height, replaceVariables, timeZone }: PanelProps<PropagationOptions>) {
  const model = useMemo(() => modelOf(data), [data]);
  const status = statusOf(data, model, wantedIncident(options.incident, replaceVariables), options.showResolved);
  const drawing = useRef<SVGSVGElement>(null);
  const theme = useTheme2();
  if (status.kind !== 'ready') {
    return (
      <PanelShell label={LABEL} width={width} height={height} status={status} notices={model.notices}>
        {null}
      </PanelShell>
    );
  }
  const picture = () =>
    drawing.current
      ? svgText(drawing.current, {
          width: Number(drawing.current.dataset['width']),
          height: Number(drawing.current.dataset['height']),
          background: theme.colors.background.primary,
          fontFamily: theme.typography.fontFamily,
        })
      : undefined;
  return (
    <PanelShell
      label={LABEL}
      width={width}
      height={height}
      status={status}
      notices={model.notices}
      header={
        <IncidentHeader
          incident={status.incident}
          timeZone={timeZone}
          link={options.incidentUrl}
          timeRange={data.timeRange}
          replaceVariables={replaceVariables}
        />
      }
      exported={() => exportTable(status.incident)}
      picture={picture}
    >
      <Propagation
        incident={status.incident}
        model={model}
        options={{ ...defaults, ...options }}
        width={width}
        height={Math.max(0, height - TOOLBAR)}
        svg={drawing}
      />
    </PanelShell>
  );
}

interface ContentProps {
  incident: Incident;
  model: RcaModel;
  options: PropagationOptions;
  width: number;
  height: number;
  svg: React.RefObject<SVGSVGElement | null>;
}

function Propagation({ incident, model, options, width, height, svg }: ContentProps) {
  const styles = useStyles2(getStyles);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [asTable, setAsTable] = useState(false);
  const whole = useMemo(() => buildGraph(incident, readCalls(model.series)), [incident, model]);
  const graph = useMemo(
    () => group(focus(whole, options.focus, options.mostEntities), options.focus, options.groupFrom, open),
    [whole, options.focus, options.mostEntities, options.groupFrom, open],
  );
  const ways = useMemo(() => chains(whole.edges).map(chainText), [whole]);
  if (graph.nodes.length === 0) {
    return (
      <Remark
        icon="info-circle"
        title="The way of the fault is not known"
        detail="There is no rca_propagation_edge_weight of this incident: it has no diagnosis yet, or none that is sure enough."
      />
    );
  }
  const roomForCaption = height >= 200 && ways.length > 0;
  const footer = width < NARROW && options.showLegend ? NARROW_FOOTER : FOOTER;
  const room = Math.max(60, height - footer - (roomForCaption ? CAPTION : 0));
  return (
    <div className={styles.content}>
      {roomForCaption && <Ways ways={ways} />}
      {asTable ? (
        <div className={styles.table} style={{ height: room }}>
          <Tables graph={whole} />
        </div>
      ) : (
        <Hidden>
          <Tables graph={whole} />
        </Hidden>
      )}
      <Drawing
        graph={graph}
        options={options}
        width={width}
        height={room}
        footer={footer}
        hidden={asTable}
        svg={svg}
        onOpenGroup={(id) => setOpen(new Set([...open, id]))}
        tools={
          <>
            {open.size > 0 && (
              <IconButton name="layer-group" tooltip="Group entities again" onClick={() => setOpen(new Set())} />
            )}
            <IconButton
              name={asTable ? 'sitemap' : 'table'}
              tooltip={asTable ? 'Show the graph' : 'Show as a table'}
              aria-pressed={asTable}
              onClick={() => setAsTable(!asTable)}
            />
          </>
        }
      />
    </div>
  );
}

/** The ways in words: right at any scale. */
function Ways({ ways }: { ways: readonly string[] }) {
  const styles = useStyles2(getStyles);
  const [first, ...more] = ways;
  return (
    <div className={styles.ways} title={ways.join('\n')}>
      {first}
      {more.length > 0 && <span className={styles.more}> and {more.length} more</span>}
    </div>
  );
}

interface DrawingProps {
  graph: Reduced;
  options: PropagationOptions;
  width: number;
  height: number;
  footer: number;
  hidden: boolean;
  svg: React.RefObject<SVGSVGElement | null>;
  onOpenGroup: (id: string) => void;
  tools: React.ReactNode;
}

function Drawing({ graph, options, width, height, footer, hidden, svg, onOpenGroup, tools }: DrawingProps) {
  const styles = useStyles2(getStyles);
  const view = useRef<SVGGElement>(null);
  const layout = useMemo(() => {
    const sizes = sizesFor(graph, width);
    return options.direction === 'auto' ? bestLayout(graph, width, height, sizes) : layOut(graph, options.direction, sizes);
  }, [graph, options.direction, width, height]);
  const panZoom = usePanZoom(svg, view, layout, width, height);
  const roles = new Set<Role>(graph.nodes.flatMap(({ role }) => (role ? [role] : [])));
  const calls = graph.edges.some((edge) => edge.weight === undefined);
  return (
    <>
      <div style={hidden ? { display: 'none' } : undefined}>
        <GraphView
          layout={layout}
          width={width}
          height={height}
          showWeights={options.showWeights}
          svg={svg}
          view={view}
          panZoom={panZoom}
          onOpenGroup={onOpenGroup}
        />
      </div>
      <div className={styles.footer} style={{ height: footer }}>
        <div className={styles.legend}>
          {options.showLegend && !hidden && <Legend roles={roles} calls={calls} chances={graph.nodes.some((node) => node.probability !== undefined)} />}
          {graph.hidden > 0 && !hidden && <span className={styles.more}>{graph.hidden} more entities are not drawn</span>}
        </div>
        {tools}
        {!hidden && (
          <>
            <IconButton name="search-minus" tooltip="Zoom out (− or Ctrl and wheel)" onClick={() => panZoom.zoomBy(1 / 1.3)} />
            <IconButton name="search-plus" tooltip="Zoom in (+ or Ctrl and wheel)" onClick={() => panZoom.zoomBy(1.3)} />
            <IconButton name="capture" tooltip="Show everything (0)" onClick={panZoom.fit} />
          </>
        )}
      </div>
    </>
  );
}

/** The same as tables; calls that carried nothing are left out, they are not the incident's. */
function Tables({ graph }: { graph: Graph }) {
  const edges = graph.edges.filter((edge) => edge.weight !== undefined).sort((a, b) => (b.weight ?? 0) - (a.weight ?? 0));
  const nodes = graph.nodes.filter((node) => node.onPath || node.role);
  return (
    <>
      <Table
        caption="How the fault travelled"
        columns={['From', 'To', 'Weight']}
        figures={[2]}
        rows={edges.map((edge) => [edge.source, edge.target, weightText(edge.weight ?? 0)])}
      />
      <Table
        caption="Entities that take part"
        columns={['Entity', 'Role', ENTITY_PROBABILITY, 'Most likely fault', 'Signals']}
        figures={[2]}
        rows={nodes.map((node) => [
          nodeName(node),
          node.role ? roleText(node.role) : '–',
          probabilityText(node.probability),
          node.faultClass ? faultClassTitle(node.faultClass.faultClass) : '–',
          node.signals.map(words).join(', ') || '–',
        ])}
      />
    </>
  );
}

function exportTable(incident: Incident): ExportTable {
  const graph = buildGraph(incident);
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const side = (id: string) => [id, nodes.get(id)?.role ?? null, nodes.get(id)?.probability ?? null];
  return {
    name: `propagation-${incident.id}`,
    columns: ['incident', 'source', 'source_role', 'source_probability', 'target', 'target_role', 'target_probability', 'weight'],
    rows: graph.edges.map((edge) => [incident.id, ...side(edge.source), ...side(edge.target), edge.weight ?? null]),
  };
}

const getStyles = (theme: GrafanaTheme2) => ({
  content: css({ position: 'relative', overflow: 'hidden' }),
  table: css({ overflow: 'auto' }),
  ways: css({
    height: CAPTION,
    lineHeight: `${CAPTION}px`,
    fontSize: theme.typography.bodySmall.fontSize,
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
  }),
  more: css({ color: theme.colors.text.secondary }),
  footer: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(0.5), position: 'relative' }),
  legend: css({
    flex: 1,
    minWidth: 0,
    overflow: 'hidden',
    display: 'flex',
    alignItems: 'center',
    gap: theme.spacing(1.5),
    height: '100%',
    fontSize: theme.typography.bodySmall.fontSize,
  }),
});
