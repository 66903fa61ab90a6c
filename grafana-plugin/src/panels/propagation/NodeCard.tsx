import type { GrafanaTheme2, LinkModel } from '@grafana/data';
import { Tooltip, useTheme2 } from '@grafana/ui';
import type { KeyboardEvent, MouseEvent } from 'react';

import { Facts, linksOf, probabilityText, roleText, words } from '../../components';
import { roleColor } from '../../components/roleColor';
import { cut, cutMiddle, type Measure } from '../../components/text';
import type { Role } from '../../data';
import { faultClassTitle } from '../../data/faultClasses';

import type { GraphNode } from './data';
import type { PlacedNode } from './layout';
import { nodeName } from './reduce';

export interface CardText {
  name: Measure;
  detail: Measure;
}

interface Props {
  placed: PlacedNode;
  text: CardText;
  /** Whether the Tab key stops here: at one node of the graph only, the arrow keys do the rest. */
  tabStop: boolean;
  onFocus: (id: string) => void;
  onOpenGroup: (id: string) => void;
  onLinks: (links: LinkModel[], at: { x: number; y: number }) => void;
}

const PAD = 12;
const GLYPH = 10;

export const roleLine = ({ role, faultClass, members }: GraphNode): string =>
  [
    role ? roleText(role) : members ? 'not involved' : '',
    role === 'root_cause' && faultClass ? faultClassTitle(faultClass.faultClass) : '',
  ]
    .filter(Boolean)
    .join(' · ');

export function describe(node: GraphNode): string {
  return [
    nodeName(node),
    node.role ? roleText(node.role) : node.onPath ? 'on the way of the fault' : 'not on the way of the fault',
    node.probability !== undefined ? `probability of being the root cause ${probabilityText(node.probability)}` : '',
    node.faultClass ? faultClassTitle(node.faultClass.faultClass) : '',
    node.members ? 'a group; Enter shows its members' : '',
  ]
    .filter(Boolean)
    .join(', ');
}

/** An entity: its name, the part it plays, and how probable it is that it is the root cause. */
export function NodeCard({ placed, text, tabStop, onFocus, onOpenGroup, onLinks }: Props) {
  const { node } = placed;
  const links = node.origin ? linksOf(node.origin) : [];
  const active = node.members !== undefined || links.length > 0;
  const act = (at: { x: number; y: number }) => {
    if (node.members) {
      onOpenGroup(node.id);
    } else if (links.length > 0) {
      onLinks(links, at);
    }
  };
  const onKeyDown = (event: KeyboardEvent<SVGGElement>) => {
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      const box = event.currentTarget.getBoundingClientRect();
      act({ x: box.left, y: box.bottom });
    }
  };
  return (
    <Tooltip content={<Tip node={node} links={links} />} placement="top">
      <g
        data-node={node.id}
        role={active ? 'button' : 'img'}
        tabIndex={tabStop ? 0 : -1}
        aria-label={describe(node)}
        cursor={active ? 'pointer' : undefined}
        onFocus={() => onFocus(node.id)}
        onClick={(event: MouseEvent) => act({ x: event.clientX, y: event.clientY })}
        onKeyDown={onKeyDown}
      >
        <Card placed={placed} text={text} />
      </g>
    </Tooltip>
  );
}

function Card({ placed, text }: { placed: PlacedNode; text: CardText }) {
  const theme = useTheme2();
  const { node, width, height } = placed;
  const left = placed.x - width / 2;
  const top = placed.y - height / 2;
  const color = roleColor(theme, node.role);
  const chance = node.probability;
  const chanceText = chance === undefined ? '' : probabilityText(chance);
  const chanceWidth = chanceText === '' ? 0 : text.name(chanceText) + 8;
  const detail = roleLine(node);
  const glyph = node.role ? GLYPH + 4 : 0;
  const nameY = detail === '' ? placed.y + 4.5 : placed.y - 4;
  return (
    <>
      {node.members && <rect {...frame(theme, node)} x={left + 5} y={top - 5} width={width - 5} height={height} rx={4} />}
      <rect {...frame(theme, node)} data-focus="" x={left} y={top} width={width} height={height} rx={4} />
      {node.role && <path d={stripe(left, top, height)} fill={color} />}
      <text x={left + PAD} y={nameY} fontSize={13} fontWeight={500} fill={theme.colors.text.primary}>
        {cutMiddle(nodeName(node), width - 2 * PAD - chanceWidth, text.name)}
      </text>
      {chanceText !== '' && (
        <text x={left + width - PAD} y={nameY} fontSize={13} fontWeight={500} textAnchor="end" fill={theme.colors.text.primary}>
          {chanceText}
        </text>
      )}
      {node.role && <Glyph role={node.role} x={left + PAD + GLYPH / 2} y={placed.y + 10} color={color} />}
      {detail !== '' && (
        <text x={left + PAD + glyph} y={placed.y + 14} fontSize={11} fill={theme.colors.text.secondary}>
          {cut(detail, width - 2 * PAD - glyph, text.detail)}
        </text>
      )}
      {chance !== undefined && (
        <>
          <rect x={left + PAD} y={top + height - 6} width={width - 2 * PAD} height={2} rx={1} fill={theme.colors.border.weak} />
          <rect x={left + PAD} y={top + height - 6} width={(width - 2 * PAD) * chance} height={2} rx={1} fill={color} />
        </>
      )}
    </>
  );
}

const frame = (theme: GrafanaTheme2, { role, onPath }: GraphNode) => ({
  fill: theme.colors.background.secondary,
  stroke: role === 'root_cause' ? theme.colors.error.main : onPath ? theme.colors.border.strong : theme.colors.border.medium,
  strokeWidth: role === 'root_cause' ? 2 : 1,
});

/** The left edge of the card, with its rounded corners. */
const stripe = (x: number, y: number, height: number): string =>
  `M${x + 4},${y}a4,4 0 0 0 -4,4v${height - 8}a4,4 0 0 0 4,4z`;

/** A shape for each role, so that it can be told without its colour. */
export function Glyph({ role, x, y, color }: { role: Role; x: number; y: number; color: string }) {
  switch (role) {
    case 'root_cause':
      return (
        <>
          <circle cx={x} cy={y} r={4.25} fill="none" stroke={color} strokeWidth={1.5} />
          <circle cx={x} cy={y} r={1.75} fill={color} />
        </>
      );
    case 'contributing_factor':
      return <path d={`M${x},${y - 5}l5,5l-5,5l-5,-5z`} fill={color} />;
    case 'symptom':
      return <path d={`M${x},${y - 4.5}l5,9h-10z`} fill="none" stroke={color} strokeWidth={1.5} strokeLinejoin="round" />;
  }
}

function Tip({ node, links }: { node: GraphNode; links: readonly LinkModel[] }) {
  const most = 8;
  const members = node.members ?? [];
  const more = members.length > most ? ` and ${members.length - most} more` : '';
  return (
    <Facts
      facts={[
        [node.members ? 'Group' : 'Entity', nodeName(node)],
        ['Role', node.role ? roleText(node.role) : undefined],
        [
          'Probability of being the root cause',
          node.probability === undefined ? undefined : (node.members ? 'at most ' : '') + probabilityText(node.probability),
        ],
        [
          'Most likely fault',
          node.faultClass && `${faultClassTitle(node.faultClass.faultClass)}, ${probabilityText(node.faultClass.probability)}`,
        ],
        ['Signals', node.signals.map(words).join(', ')],
        ['Members', members.slice(0, most).join(', ') + more],
        ['Click', node.members ? 'shows the members' : links.length === 1 ? links[0]?.title : links.length > 1 ? 'links' : undefined],
      ]}
    />
  );
}
