// Where everything of the fishbone stands. All texts are broken to the room there is, and the room grows downwards with
// the texts: nothing overlaps, and nothing is cut that is not said to be.
import { wrap, type Measure } from '../../components/text';
import { faultChance, likelihoodText, probabilityText } from '../../components/format';
import { BRANCHES, words, type FishboneBranch } from '../../data/faultClasses';

import type { Bone, Fishbone } from './data';

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Line {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
}

export interface PlacedBone extends Box {
  bone: Bone;
  lines: string[];
  /** The whys under it, each broken into lines. */
  whys: string[];
  /** From the text to the branch. */
  twig: Line;
}

export interface PlacedBranch {
  branch: FishboneBranch;
  title: string;
  label: Box;
  /** From the label to the spine; in the narrow layout along its bones. */
  line: Line;
  bones: PlacedBone[];
  /** Said where there are no bones, or more than are drawn. */
  remark?: { text: string; x: number; y: number };
  answer: boolean;
}

export interface FishboneLayout {
  narrow: boolean;
  width: number;
  height: number;
  spine: Line;
  head: Box & { lines: string[] };
  branches: PlacedBranch[];
}

export interface TextStyle {
  text: Measure;
  strong: Measure;
  small: Measure;
}

export interface Limits {
  bonesPerBranch: number;
  linesPerBone: number;
}

export const LINE = 16;
export const SMALL_LINE = 15;
const LABEL_HEIGHT = 22;
const LABEL_PAD = 10;
const GAP = 10;
const MARGIN = 8;
const INDENT = 12;
/** Between the last branch and the head. */
const ARROW = 26;

/** Below this width three branches side by side leave too few words a line. */
export const NARROW_BELOW = 620;

const TOP: readonly FishboneBranch[] = ['model', 'infrastructure', 'data'];

export const branchTitle = (branch: FishboneBranch): string => {
  const text = words(branch);
  return text.charAt(0).toUpperCase() + text.slice(1);
};

const unbroken = (text: string): string => text.replaceAll(' ', '\u00a0');

/** The figure of a bone by its name; '' where there is none. */
export function chanceText({ kind, weight }: Bone): string {
  if (weight === undefined) {
    return '';
  }
  switch (kind) {
    case 'cause':
      return faultChance(weight);
    case 'change':
      return likelihoodText(weight);
    default:
      return `finding ${probabilityText(weight)}`;
  }
}

/** What a bone says, its figure included. */
export const boneText = (bone: Bone): string => {
  const parts = [bone.kind === 'contributing_factor' ? 'contributing factor' : '', chanceText(bone)].filter(Boolean);
  return parts.length === 0 ? bone.text : `${bone.text} (${parts.map(unbroken).join(', ')})`;
};

interface Block {
  bone: Bone;
  lines: string[];
  whys: string[];
  height: number;
}

function blocksOf(bones: readonly Bone[], width: number, style: TextStyle, limits: Limits): Block[] {
  return bones.slice(0, limits.bonesPerBranch).map((bone) => {
    const lines = wrap(boneText(bone), width, bone.answer ? style.strong : style.text, limits.linesPerBone);
    const whys = bone.whys.flatMap((why) => wrap(`← ${why}`, width - INDENT, style.small, limits.linesPerBone));
    return { bone, lines, whys, height: lines.length * LINE + whys.length * SMALL_LINE + 6 };
  });
}

const remarkOf = (bones: readonly Bone[], limits: Limits): string | undefined => {
  if (bones.length === 0) {
    return 'nothing found';
  }
  const more = bones.length - limits.bonesPerBranch;
  return more > 0 ? `and ${more} more` : undefined;
};

/** With all whys where there is room for them, else with the deepest only. */
export function layOutFishbone(fishbone: Fishbone, width: number, height: number, style: TextStyle, limits: Limits): FishboneLayout {
  const place = (one: Fishbone) => (width < NARROW_BELOW ? down(one, width, style, limits) : across(one, width, height, style, limits));
  const full = place(fishbone);
  return full.height <= height ? full : place(deepestOnly(fishbone));
}

function deepestOnly(fishbone: Fishbone): Fishbone {
  const bones = [...fishbone.bones].map(([branch, all]) => [branch, all.map((bone) => ({ ...bone, whys: bone.whys.slice(-1) }))] as const);
  return { ...fishbone, bones: new Map(bones) };
}

/** Ishikawa's own: the spine across, its head to the right, branches above and below. */
function across(fishbone: Fishbone, width: number, height: number, style: TextStyle, limits: Limits): FishboneLayout {
  const headWidth = Math.round(Math.min(200, width * 0.2));
  const room = width - headWidth - 2 * MARGIN - ARROW;
  const rows = [BRANCHES.filter((one) => TOP.includes(one)), BRANCHES.filter((one) => !TOP.includes(one))].map((branches) =>
    columns(fishbone, branches, room, style, limits),
  );
  const [above, below] = rows as [Column[], Column[]];
  const least = (row: readonly Column[]) => Math.max(...row.map((column) => column.height));
  const headLines = wrap(fishbone.effect, headWidth - 2 * LABEL_PAD, style.strong, 6);
  const headHeight = headLines.length * LINE + 2 * LABEL_PAD;
  // Free height goes to the longer bones, within measure.
  const needed = least(above) + least(below) + 2 * MARGIN;
  const spare = Math.max(0, Math.min(height - needed, needed * 0.25)) / 2;
  const spineY = MARGIN + Math.max(least(above) + spare, headHeight / 2);
  const total = spineY + Math.max(least(below) + spare, headHeight / 2) + MARGIN;
  const head = { x: width - MARGIN - headWidth, y: spineY - headHeight / 2, width: headWidth, height: headHeight, lines: headLines };
  return {
    narrow: false,
    width,
    height: total,
    spine: { x1: MARGIN, y1: spineY, x2: head.x, y2: spineY },
    head,
    branches: [
      ...above.map((column) => placeAcross(column, MARGIN, spineY, true)),
      ...below.map((column) => placeAcross(column, total - MARGIN - LABEL_HEIGHT, spineY, false)),
    ],
  };
}

interface Column {
  branch: FishboneBranch;
  x: number;
  width: number;
  /** How far the bone leans over from its label to the spine. */
  lean: number;
  blocks: Block[];
  remark?: string;
  height: number;
  labelWidth: number;
  answer: boolean;
}

/** How much a branch has to say, in characters. */
const lengthOf = (bones: readonly Bone[], limits: Limits): number =>
  bones.slice(0, limits.bonesPerBranch).reduce((sum, bone) => sum + bone.text.length + bone.whys.join('').length, 0);

/** A branch with more to say gets more of the width, an empty one the least. */
function shares(lengths: readonly number[]): number[] {
  const most = Math.max(...lengths, 1);
  const wishes = lengths.map((length) => (length === 0 ? 0.7 : 1 + (0.6 * length) / most));
  const sum = wishes.reduce((a, b) => a + b, 0);
  return wishes.map((wish) => wish / sum);
}

function columns(fishbone: Fishbone, branches: readonly FishboneBranch[], room: number, style: TextStyle, limits: Limits): Column[] {
  const widths = shares(branches.map((branch) => lengthOf(fishbone.bones.get(branch) ?? [], limits))).map((share) => share * room);
  let x = MARGIN;
  return branches.map((branch, i) => {
    const bones = fishbone.bones.get(branch) ?? [];
    const width = widths[i] ?? 0;
    const lean = Math.min(40, width * 0.15);
    const left = x;
    x += width;
    const blocks = blocksOf(bones, width - lean - 2 * GAP, style, limits);
    const remark = remarkOf(bones, limits);
    const content = blocks.reduce((sum, block) => sum + block.height + GAP / 2, 0) + (remark ? LINE : 0);
    return {
      branch,
      x: left,
      width,
      lean,
      blocks,
      remark,
      height: LABEL_HEIGHT + content + 2 * GAP,
      labelWidth: style.strong(branchTitle(branch)) + 2 * LABEL_PAD,
      answer: bones.some((bone) => bone.answer),
    };
  });
}

function placeAcross(column: Column, labelY: number, spineY: number, above: boolean): PlacedBranch {
  const { x, width, lean, blocks, branch, labelWidth } = column;
  const startX = x + width - lean;
  const startY = above ? labelY + LABEL_HEIGHT : labelY;
  const end = { x: x + width, y: spineY };
  const boneX = (y: number) => startX + ((y - startY) / (end.y - startY)) * lean;
  // Above, texts stand from the label down to the spine; below, from the spine down to the label.
  let y = above ? startY + GAP / 2 : spineY + GAP;
  const bones = blocks.map((block): PlacedBone => {
    const box = { x: x + GAP, y, width: width - lean - 2 * GAP, height: block.height };
    const foot = y + block.height;
    y = foot + GAP / 2;
    return {
      ...box,
      bone: block.bone,
      lines: block.lines,
      whys: block.whys,
      twig: { x1: x + GAP, y1: foot, x2: boneX(foot), y2: foot },
    };
  });
  return {
    branch,
    title: branchTitle(branch),
    label: { x: Math.min(startX - labelWidth / 2, x + width - labelWidth), y: labelY, width: labelWidth, height: LABEL_HEIGHT },
    line: { x1: startX, y1: startY, x2: end.x, y2: end.y },
    bones,
    remark: column.remark === undefined ? undefined : { text: column.remark, x: x + GAP, y: y + LINE - 4 },
    answer: column.answer,
  };
}

/** For narrow panels: the spine down the left side, its head on top. */
function down(fishbone: Fishbone, width: number, style: TextStyle, limits: Limits): FishboneLayout {
  const headLines = wrap(fishbone.effect, width - 2 * (MARGIN + LABEL_PAD), style.strong, 4);
  const head = {
    x: MARGIN,
    y: MARGIN,
    width: width - 2 * MARGIN,
    height: headLines.length * LINE + 2 * LABEL_PAD,
    lines: headLines,
  };
  const spineX = MARGIN + 14;
  const labelX = spineX + 16;
  const textX = labelX + 18;
  const textWidth = Math.max(40, width - textX - MARGIN);
  let y = head.y + head.height + 2 * GAP;
  let joint = y;
  const branches = BRANCHES.map((branch): PlacedBranch => {
    const bones = fishbone.bones.get(branch) ?? [];
    const labelWidth = style.strong(branchTitle(branch)) + 2 * LABEL_PAD;
    const label = { x: labelX, y, width: labelWidth, height: LABEL_HEIGHT };
    joint = y + LABEL_HEIGHT / 2;
    y += LABEL_HEIGHT + GAP / 2;
    const placed = blocksOf(bones, textWidth, style, limits).map((block): PlacedBone => {
      const box = { x: textX, y, width: textWidth, height: block.height };
      const middle = y + LINE / 2 + 1;
      y += block.height;
      return {
        ...box,
        bone: block.bone,
        lines: block.lines,
        whys: block.whys,
        twig: { x1: textX - 4, y1: middle, x2: labelX + 8, y2: middle },
      };
    });
    const last = placed.at(-1);
    const text = remarkOf(bones, limits);
    const remark = text === undefined ? undefined : { text, x: textX, y: y + LINE - 4 };
    y += (remark ? LINE : 0) + GAP;
    return {
      branch,
      title: branchTitle(branch),
      label,
      line: { x1: labelX + 8, y1: label.y + LABEL_HEIGHT, x2: labelX + 8, y2: last ? last.twig.y1 : label.y + LABEL_HEIGHT },
      bones: placed,
      remark,
      answer: bones.some((bone) => bone.answer),
    };
  });
  return {
    narrow: true,
    width,
    height: y + MARGIN,
    spine: { x1: spineX, y1: joint, x2: spineX, y2: head.y + head.height },
    head,
    branches,
  };
}
