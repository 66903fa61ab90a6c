import type { GrafanaTheme2, LinkModel } from '@grafana/data';
import { measureText, Tooltip, useTheme2 } from '@grafana/ui';
import type { KeyboardEvent, MouseEvent, Ref, SVGProps } from 'react';

import { ENTITY_PROBABILITY, FAULT_PROBABILITY, Facts, linksOf, probabilityText, roleText, words } from '../../components';
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

export const CARD_TEXT: CardText = {
  name: (text) => measureText(text, 13, 500).width,
  detail: (text) => measureText(text, 11).width,
};

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

/** Under the name: the part that the entity plays; of a root cause also what is wrong with it. */
export function detailLines({ role, faultClass, onPath, members, between }: GraphNode): string[] {
  const part = role ? roleText(role) : onPath ? 'on the way' : (between ?? (members ? 'not involved' : ''));
  return [part, role === 'root_cause' && faultClass ? faultClassTitle(faultClass.faultClass) : ''].filter(Boolean);
}

/** How wide the card of this node has to be for nothing to be cut. */
export function cardWidth(node: GraphNode, text: CardText): number {
  const glyph = node.role ? GLYPH + 4 : 0;
  const chance = node.probability === undefined ? 0 : text.name(probabilityText(node.probability)) + 10;
  const details = detailLines(node).map((line, i) => text.detail(line) + (i === 0 ? glyph : 0));
  return Math.max(text.name(nodeName(node)) + chance, ...details) + 2 * PAD;
}

export const cardHeight = (node: GraphNode): number => 36 + 15 * detailLines(node).length;

export function describe(node: GraphNode): string {
  return [
    nodeName(node),
    node.role ? roleText(node.role) : node.onPath ? 'on the way of the fault' : 'not on the way of the fault',
    node.probability !== undefined ? `${ENTITY_PROBABILITY.toLowerCase()} ${probabilityText(node.probability)}` : '',
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
  // Over the card, whose texts may be cut: what takes the pointer and the focus, and has the whole name.
  const surface = (
    <rect
      data-surface=""
      x={placed.x - placed.width / 2}
      y={placed.y - placed.height / 2}
      width={placed.width}
      height={placed.height}
      rx={4}
      fill="transparent"
    />
  );
  const common = {
    'data-node': node.id,
    tabStop,
    onFocus: () => onFocus(node.id),
  };
  const [link] = links;
  return (
    <>
      <Card placed={placed} text={text} />
      <Tooltip content={<Tip node={node} links={links} />} placement="top">
        {link && links.length === 1 && !node.members ? (
          <LinkTarget {...common} href={link.href} target={link.target} onClick={link.onClick} aria-label={`${describe(node)}: ${link.title}`}>
            {surface}
          </LinkTarget>
        ) : (
          <Target
            {...common}
            role={active ? 'button' : 'img'}
            aria-label={describe(node)}
            cursor={active ? 'pointer' : undefined}
            onClick={(event: MouseEvent) => act({ x: event.clientX, y: event.clientY })}
            onKeyDown={onKeyDown}
          >
            {surface}
          </Target>
        )}
      </Tooltip>
    </>
  );
}

interface TargetOnly<T> {
  tabStop: boolean;
  ref?: Ref<T>;
}

// A Tooltip makes what is in it a stop of the Tab key; whether a card is one is decided here.
function Target({ tabStop, ...props }: Omit<SVGProps<SVGGElement>, 'ref'> & TargetOnly<SVGGElement>) {
  return <g {...props} tabIndex={tabStop ? 0 : -1} />;
}

function LinkTarget({ tabStop, children, ...props }: React.ComponentPropsWithoutRef<'a'> & TargetOnly<HTMLAnchorElement>) {
  return (
    <a {...props} tabIndex={tabStop ? 0 : -1}>
      {children}
    </a>
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
  const details = detailLines(node);
  const indent = node.role ? GLYPH + 4 : 0;
  return (
    <g aria-hidden="true">
      {node.members && <rect {...frame(theme, node)} x={left + 5} y={top - 5} width={width - 5} height={height} rx={4} />}
      <rect {...frame(theme, node)} x={left} y={top} width={width} height={height} rx={4} />
      {node.role && <path d={stripe(left, top, height)} fill={color} />}
      <text x={left + PAD} y={top + 20} fontSize={13} fontWeight={500} fill={theme.colors.text.primary}>
        {cutMiddle(nodeName(node), width - 2 * PAD - chanceWidth, text.name)}
      </text>
      {chanceText !== '' && (
        <text x={left + width - PAD} y={top + 20} fontSize={13} fontWeight={500} textAnchor="end" fill={theme.colors.text.primary}>
          {chanceText}
        </text>
      )}
      {node.role && <Glyph role={node.role} x={left + PAD + GLYPH / 2} y={top + 33} color={color} />}
      {details.map((line, i) => (
        <text
          key={line}
          x={left + PAD + (i === 0 ? indent : 0)}
          y={top + 37 + 15 * i}
          fontSize={11}
          fill={theme.colors.text.secondary}
        >
          {cut(line, width - 2 * PAD - (i === 0 ? indent : 0), text.detail)}
        </text>
      ))}
      {chance !== undefined && (
        <>
          <rect x={left + PAD} y={top + height - 6} width={width - 2 * PAD} height={2} rx={1} fill={theme.colors.border.weak} />
          <rect x={left + PAD} y={top + height - 6} width={(width - 2 * PAD) * chance} height={2} rx={1} fill={color} />
        </>
      )}
    </g>
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
          ENTITY_PROBABILITY,
          node.probability === undefined ? undefined : (node.members ? 'at most ' : '') + probabilityText(node.probability),
        ],
        ['Most likely fault', node.faultClass && faultClassTitle(node.faultClass.faultClass)],
        [FAULT_PROBABILITY, node.faultClass && probabilityText(node.faultClass.probability)],
        ['Signals', node.signals.map(words).join(', ')],
        ['Calls', node.between],
        ['Members', members.slice(0, most).join(', ') + more],
        ['Click', node.members ? 'shows the members' : links.length === 1 ? links[0]?.title : links.length > 1 ? 'links' : undefined],
      ]}
    />
  );
}
