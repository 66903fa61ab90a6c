import { Tooltip, useTheme2 } from '@grafana/ui';

import { Facts } from '../../components';

import { arrowhead, curve, shortened, type PlacedEdge } from './layout';

interface Props {
  placed: PlacedEdge;
  showWeight: boolean;
  /** How the two ends are called. */
  source: string;
  target: string;
}

/** Two figures are enough to compare edges. */
export const weightText = (weight: number): string => weight.toFixed(2);

export const strokeOf = (weight: number): number => 1.5 + 4 * weight;

/** The way of the fault: thick where it travelled strongly, its arrow at where it went. */
export function FaultEdge({ placed, showWeight, source, target }: Props) {
  const theme = useTheme2();
  const { points, edge, label } = placed;
  const weight = edge.weight ?? 0;
  const width = strokeOf(weight);
  const head = 8 + width;
  const color = theme.colors.error.main;
  const text = weightText(weight);
  return (
    <Tooltip
      placement="top"
      content={
        <Facts
          facts={[
            ['The fault travelled from', source],
            ['to', target],
            ['Weight (0 to 1)', text],
            ['Edges', edge.count > 1 ? edge.count : undefined],
          ]}
        />
      }
    >
      <g data-edge={`${edge.source}>${edge.target}`}>
        <path d={curve(points)} fill="none" stroke="transparent" strokeWidth={14} />
        <path d={curve(shortened(points, head - 1))} fill="none" stroke={color} strokeWidth={width} />
        <polygon points={arrowhead(points, head, 4 + width / 2)} fill={color} />
        {showWeight && label && (
          <>
            <rect
              x={label.x - 17}
              y={label.y - 9}
              width={34}
              height={18}
              rx={9}
              fill={theme.colors.background.primary}
              stroke={color}
            />
            <text x={label.x} y={label.y + 4} fontSize={11} textAnchor="middle" fill={theme.colors.text.primary}>
              {text}
            </text>
          </>
        )}
      </g>
    </Tooltip>
  );
}

/** Who calls whom: thin, its small arrow at the one that is called. */
export function CallEdge({ placed }: { placed: PlacedEdge }) {
  const theme = useTheme2();
  // Laid out in the direction in which a fault travels, which is against the call.
  const points = [...placed.points].reverse();
  const color = theme.colors.border.strong;
  return (
    <g data-edge={`${placed.edge.source}>${placed.edge.target}`}>
      <path d={curve(shortened(points, 5))} fill="none" stroke={color} strokeDasharray="4 3" />
      <polygon points={arrowhead(points, 7, 3)} fill={color} />
    </g>
  );
}
