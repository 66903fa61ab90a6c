// The chain as an SVG file: the panel itself is text of the page, which can be selected and read out.
import { probabilityText } from '../../components/format';
import { wrap } from '../../components/text';
import type { PictureStyle } from '../../components/usePictureStyle';

import { sentence, type Chain } from './data';

const WIDTH = 640;
const PAD = 12;
const TEXT_X = 48;
const LINE = 18;

export const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

export function drawChain(chain: Chain, style: PictureStyle): string {
  const parts: string[] = [];
  const room = WIDTH - TEXT_X - 2 * PAD;
  let y = PAD;
  for (const step of chain.steps) {
    const lines = [
      ...wrap(`Why: ${sentence(step.effect, '?')}`, room, style.measure(12)).map((text) => ({ text, strong: false })),
      ...wrap(`Because ${sentence(step.cause, '.')}`, room, style.measure(13, 500)).map((text) => ({ text, strong: true })),
      { text: `${probabilityText(step.confidence)} sure`, strong: false },
    ];
    const height = lines.length * LINE + PAD;
    const color = step.deepest ? style.accent : style.strongBorder;
    if (!step.deepest) {
      const end = y + height + PAD;
      parts.push(
        `<path d="M24,${y + 24}V${end - 7}" stroke="${color}" stroke-width="2"/>`,
        `<polygon points="24,${end} 19,${end - 8} 29,${end - 8}" fill="${color}"/>`,
      );
    }
    parts.push(
      `<circle cx="24" cy="${y + 12}" r="12" fill="${step.deepest ? style.accent : style.card}" stroke="${color}"/>`,
      `<text x="24" y="${y + 16}" font-size="12" text-anchor="middle" fill="${step.deepest ? style.accentContrast : style.text}">${step.step}</text>`,
      `<rect x="${TEXT_X}" y="${y}" width="${WIDTH - TEXT_X - PAD}" height="${height}" rx="4" fill="${style.card}" stroke="${step.deepest ? style.accent : style.border}"/>`,
      ...lines.map(
        ({ text, strong }, i) =>
          `<text x="${TEXT_X + PAD}" y="${y + PAD / 2 + 14 + i * LINE}" font-size="${strong ? 13 : 12}" font-weight="${strong ? 500 : 400}" fill="${strong ? style.text : style.secondaryText}">${escapeXml(text)}</text>`,
      ),
    );
    y += height + PAD;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y}" viewBox="0 0 ${WIDTH} ${y}" font-family="${escapeXml(style.fontFamily)}"><rect width="100%" height="100%" fill="${style.background}"/>${parts.join('')}</svg>\n`;
}
