// A chart as a file of its own: on the page its legend and its summary are text beside the drawing.
import type { LegendItem } from './ChartFrame';
import { svgText } from './svgText';
import { wrap } from './text';
import type { PictureStyle } from './usePictureStyle';

interface Chart {
  width: number;
  height: number;
  legend: readonly LegendItem[];
  summary: string;
  style: PictureStyle;
}

const PAD = 8;
const LINE = 18;
const MARK = 14;
const SIZE = 12;

/** The drawing with its legend and its summary below it. */
export function chartSvg(svg: SVGSVGElement, { width, height, legend, summary, style }: Chart): string {
  const measure = style.measure(SIZE);
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const add = (name: string, attributes: Record<string, string | number>, text?: string) => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', name);
    Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, String(value)));
    element.textContent = text ?? null;
    copy.append(element);
  };
  let x = PAD;
  let y = height + LINE;
  for (const item of legend) {
    const length = MARK + 4 + measure(item.label) + 2 * PAD;
    if (x > PAD && x + length > width) {
      x = PAD;
      y += LINE;
    }
    mark(item, x, y - 4, add);
    add('text', { x: x + MARK + 4, y, 'font-size': SIZE, fill: style.secondaryText }, item.label);
    x += length;
  }
  for (const line of wrap(summary, width - 2 * PAD, measure)) {
    y += LINE;
    add('text', { x: PAD, y, 'font-size': SIZE, fill: style.text }, line);
  }
  return svgText(copy, { width, height: y + PAD, background: style.background, fontFamily: style.fontFamily });
}

function mark({ shape, color }: LegendItem, x: number, y: number, add: (name: string, attributes: Record<string, string | number>) => void): void {
  switch (shape) {
    case 'area':
      add('rect', { x, y: y - 5, width: MARK, height: 10, rx: 2, fill: color });
      return;
    case 'dot':
      add('circle', { cx: x + MARK / 2, cy: y, r: 4, fill: color });
      return;
    case 'line':
    case 'dash':
      add('line', { x1: x, y1: y, x2: x + MARK, y2: y, stroke: color, 'stroke-width': 2, ...(shape === 'dash' ? { 'stroke-dasharray': '5 3' } : {}) });
  }
}
