import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Tooltip, useStyles2, useTheme2 } from '@grafana/ui';
import type { RefObject } from 'react';

import { Facts, FAULT_PROBABILITY, linksOf, probabilityText } from '../../components';

import { joined, type Bone } from './data';
import { boneText, LINE, SMALL_LINE, type FishboneLayout, type PlacedBone, type PlacedBranch } from './layout';

interface Props {
  layout: FishboneLayout;
  svg: RefObject<SVGSVGElement | null>;
}

export function Drawing({ layout, svg }: Props) {
  const styles = useStyles2(getStyles);
  const { colors } = useTheme2();
  const { spine, head, branches, narrow } = layout;
  return (
    <svg ref={svg} className={styles.drawing} width={layout.width} height={layout.height} role="group" aria-label="Fishbone diagram">
      <g>
        <line {...spine} stroke={colors.border.strong} strokeWidth={3} />
        {branches.map((branch) => (
          <BranchLines key={branch.branch} branch={branch} layout={layout} />
        ))}
        <polygon
          points={
            narrow
              ? `${spine.x2},${spine.y2} ${spine.x2 - 6},${spine.y2 + 10} ${spine.x2 + 6},${spine.y2 + 10}`
              : `${spine.x2},${spine.y2} ${spine.x2 - 10},${spine.y2 - 6} ${spine.x2 - 10},${spine.y2 + 6}`
          }
          fill={colors.border.strong}
        />
        <rect x={head.x} y={head.y} width={head.width} height={head.height} rx={4} fill={colors.background.secondary} stroke={colors.border.strong} />
        {head.lines.map((line, i) => (
          <text
            key={i}
            x={head.x + head.width / 2}
            y={head.y + 10 + 12 + i * LINE}
            fontSize={13}
            fontWeight={500}
            textAnchor="middle"
            fill={colors.text.primary}
          >
            {line}
          </text>
        ))}
        {branches.map((branch) => (
          <BranchView key={branch.branch} branch={branch} />
        ))}
      </g>
    </svg>
  );
}

/** Lines lie under all texts. */
function BranchLines({ branch, layout }: { branch: PlacedBranch; layout: FishboneLayout }) {
  const { colors } = useTheme2();
  const color = branch.answer ? colors.error.main : colors.border.strong;
  const { label, line } = branch;
  const middle = label.y + label.height / 2;
  return (
    <g>
      <line {...line} stroke={color} strokeWidth={branch.answer ? 3 : 2} />
      {layout.narrow && (
        <line x1={label.x} y1={middle} x2={layout.spine.x1} y2={middle} stroke={color} strokeWidth={branch.answer ? 3 : 2} />
      )}
      {branch.bones.map(({ bone, twig }, i) => (
        <line
          key={i}
          {...twig}
          stroke={bone.answer ? colors.error.main : colors.border.medium}
          strokeWidth={bone.weight === undefined ? 1 : 1 + 2 * bone.weight}
        />
      ))}
    </g>
  );
}

function BranchView({ branch }: { branch: PlacedBranch }) {
  const { colors } = useTheme2();
  const { label, title, bones, remark, answer } = branch;
  return (
    <g>
      <rect
        {...label}
        rx={4}
        fill={answer ? colors.error.main : colors.background.secondary}
        stroke={answer ? colors.error.main : colors.border.strong}
      />
      <text
        x={label.x + label.width / 2}
        y={label.y + 15.5}
        fontSize={13}
        fontWeight={500}
        textAnchor="middle"
        fill={answer ? colors.error.contrastText : colors.text.primary}
      >
        {title}
      </text>
      {bones.map((placed, i) => (
        <BoneView key={i} placed={placed} branch={title} />
      ))}
      {remark && (
        <text x={remark.x} y={remark.y} fontSize={12} fill={colors.text.secondary}>
          {remark.text}
        </text>
      )}
    </g>
  );
}

function BoneView({ placed, branch }: { placed: PlacedBone; branch: string }) {
  const { colors } = useTheme2();
  const { bone, lines, whys, x, y, width, height } = placed;
  const [link] = bone.origin ? linksOf(bone.origin) : [];
  const texts = (
    <g aria-hidden="true">
      {lines.map((line, i) => (
        <text
          key={i}
          x={x}
          y={y + 13 + i * LINE}
          fontSize={12}
          fontWeight={bone.answer ? 500 : 400}
          fill={bone.kind === 'gap' ? colors.text.secondary : colors.text.primary}
        >
          {line}
        </text>
      ))}
      {whys.map((why, i) => (
        <text
          key={i}
          x={x + (why.startsWith('←') ? 0 : 14)}
          y={y + lines.length * LINE + 12 + i * SMALL_LINE}
          fontSize={11}
          fill={colors.text.secondary}
        >
          {why}
        </text>
      ))}
    </g>
  );
  // What takes the pointer and the focus lies over the texts, which are broken into lines and may be cut.
  const surface = <rect data-surface="" x={x - 3} y={y} width={width + 6} height={height - 1} rx={2} fill="transparent" />;
  const label = `${branch}: ${boneText(bone)}`;
  return (
    <>
      {texts}
      <Tooltip content={<Tip bone={bone} link={link?.title} />} placement="top">
        {link ? (
          <a data-bone="" href={link.href} target={link.target} onClick={link.onClick} aria-label={`${label}: ${link.title}`}>
            {surface}
          </a>
        ) : (
          <g data-bone="" role="img" tabIndex={0} aria-label={label}>
            {surface}
          </g>
        )}
      </Tooltip>
    </>
  );
}

function Tip({ bone, link }: { bone: Bone; link?: string }) {
  return (
    <Facts
      facts={[
        ['What', bone.text],
        [CHANCE[bone.kind], bone.weight === undefined ? undefined : probabilityText(bone.weight)],
        ['Part', PART[bone.kind]],
        ['Entities', bone.entities.length > 1 ? joined(bone.entities, 8) : undefined],
        ...bone.whys.map((why, i) => [i === 0 ? 'Whys' : ' '.repeat(i), why] as const),
        ['Click', link],
      ]}
    />
  );
}

const CHANCE: Readonly<Record<Bone['kind'], string>> = {
  cause: FAULT_PROBABILITY,
  contributing_factor: 'Probability of the finding',
  change: 'Likelihood that it brought the incident about',
  gap: '',
};

export const PART: Readonly<Record<Bone['kind'], string>> = {
  cause: 'possible cause',
  contributing_factor: 'contributing factor',
  change: 'change shortly before the onset',
  gap: 'missing telemetry: it did not cause the incident, it makes it last',
};

const getStyles = (theme: GrafanaTheme2) => ({
  drawing: css({
    display: 'block',
    fontFamily: theme.typography.fontFamily,
    '& [data-bone]:focus': { outline: 'none' },
    '& [data-bone]:focus-visible [data-surface]': { stroke: theme.colors.primary.main, strokeWidth: 2 },
    '& [data-bone]:hover [data-surface]': { fill: theme.colors.action.hover },
  }),
});
