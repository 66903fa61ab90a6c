import { css } from '@emotion/css';
import type { GrafanaTheme2, LinkModel } from '@grafana/data';
import { ContextMenu, MenuItem, useStyles2 } from '@grafana/ui';
import { useMemo, useState, type KeyboardEvent, type RefObject } from 'react';

import { CallEdge, FaultEdge } from './EdgeLine';
import type { Layout } from './layout';
import { CARD_TEXT, NodeCard } from './NodeCard';
import { nodeName } from './reduce';
import type { PanZoom } from './usePanZoom';
import { isArrow, neighbour } from './walk';

interface Props {
  layout: Layout;
  width: number;
  height: number;
  showWeights: boolean;
  svg: RefObject<SVGSVGElement | null>;
  view: RefObject<SVGGElement | null>;
  panZoom: PanZoom;
  onOpenGroup: (id: string) => void;
}

interface LinkMenu {
  links: LinkModel[];
  x: number;
  y: number;
}

const PAN_STEP = 60;
const ZOOM_STEP = 1.3;

/** The drawing, and how one moves about in it. */
export function GraphView({ layout, width, height, showWeights, svg, view, panZoom, onOpenGroup }: Props) {
  const styles = useStyles2(getStyles);
  const [focused, setFocused] = useState<string>();
  const [menu, setMenu] = useState<LinkMenu>();
  const byId = useMemo(() => new Map(layout.nodes.map((one) => [one.node.id, one])), [layout]);
  const start = layout.nodes.find((one) => one.node.role === 'root_cause') ?? layout.nodes[0];
  const stop = (focused !== undefined ? byId.get(focused) : undefined) ?? start;
  const nameOf = (id: string) => nodeName(byId.get(id)?.node ?? { id, signals: [], onPath: false });

  const goTo = (id: string) => {
    const element = [...(svg.current?.querySelectorAll<SVGElement>('[data-node]') ?? [])].find(
      (one) => one.dataset['node'] === id,
    );
    element?.focus();
  };
  const onFocus = (id: string) => {
    setFocused(id);
    const placed = byId.get(id);
    if (placed) {
      panZoom.reveal(placed);
    }
  };
  const onLinks = (links: LinkModel[], at: { x: number; y: number }) => setMenu({ links, ...at });

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const act = keyAction(event, panZoom, () => {
      const next = stop && isArrow(event.key) ? neighbour(layout.nodes, stop, event.key) : start;
      if (next) {
        goTo(next.node.id);
      }
    });
    if (act) {
      event.preventDefault();
      event.stopPropagation();
      act();
    }
  };

  return (
    <>
      <svg
        ref={svg}
        className={styles.drawing}
        width={width}
        height={height}
        data-width={layout.width}
        data-height={layout.height}
        role="group"
        aria-label="Graph of the fault's propagation. Arrow keys go from entity to entity, with Shift they move the view, plus and minus zoom, 0 shows everything."
        onKeyDown={onKeyDown}
      >
        <g ref={view}>
          {layout.edges
            .filter(({ edge }) => edge.weight === undefined)
            .map((placed) => (
              <CallEdge key={`${placed.edge.source}>${placed.edge.target}`} placed={placed} />
            ))}
          {layout.edges
            .filter(({ edge }) => edge.weight !== undefined)
            .map((placed) => (
              <FaultEdge
                key={`${placed.edge.source}>${placed.edge.target}`}
                placed={placed}
                showWeight={showWeights}
                source={nameOf(placed.edge.source)}
                target={nameOf(placed.edge.target)}
              />
            ))}
          {layout.nodes.map((placed) => (
            <NodeCard
              key={placed.node.id}
              placed={placed}
              text={CARD_TEXT}
              tabStop={placed === stop}
              onFocus={onFocus}
              onOpenGroup={onOpenGroup}
              onLinks={onLinks}
            />
          ))}
        </g>
      </svg>
      {menu && (
        <ContextMenu
          x={menu.x}
          y={menu.y}
          onClose={() => setMenu(undefined)}
          renderMenuItems={() =>
            menu.links.map((link) => (
              <MenuItem key={link.title} label={link.title} url={link.href} target={link.target} onClick={link.onClick} />
            ))
          }
        />
      )}
    </>
  );
}

function keyAction(event: KeyboardEvent, panZoom: PanZoom, walk: () => void): (() => void) | undefined {
  const { key, shiftKey } = event;
  if (isArrow(key)) {
    const step = key === 'ArrowLeft' || key === 'ArrowUp' ? PAN_STEP : -PAN_STEP;
    const across = key === 'ArrowLeft' || key === 'ArrowRight';
    return shiftKey ? () => panZoom.panBy(across ? step : 0, across ? 0 : step) : walk;
  }
  switch (key) {
    case 'Home':
      return walk;
    case '+':
    case '=':
      return () => panZoom.zoomBy(ZOOM_STEP);
    case '-':
      return () => panZoom.zoomBy(1 / ZOOM_STEP);
    case '0':
      return panZoom.fit;
    default:
      return undefined;
  }
}

const getStyles = (theme: GrafanaTheme2) => ({
  drawing: css({
    display: 'block',
    cursor: 'grab',
    touchAction: 'pan-x pan-y',
    userSelect: 'none',
    fontFamily: theme.typography.fontFamily,
    '&:active': { cursor: 'grabbing' },
    '& [data-node]:focus': { outline: 'none' },
    '& [data-node]:focus-visible [data-surface]': { stroke: theme.colors.primary.main, strokeWidth: 3 },
    '& a:hover [data-surface], & [role="button"]:hover [data-surface]': { fill: theme.colors.action.hover },
  }),
});
