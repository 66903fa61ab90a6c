// A drawing of the page as a file of its own.

/** Attributes that only mean something on the page. */
const OF_THE_PAGE = ['tabindex', 'role', 'class', 'style', 'aria-label', 'aria-hidden', 'aria-describedby', 'aria-labelledby', 'id'];

export interface Picture {
  width: number;
  height: number;
  background: string;
  fontFamily: string;
}

/** The SVG at its natural size, whatever part of it is in view. Shapes must carry their colours as attributes. */
export function svgText(svg: SVGSVGElement, { width, height, background, fontFamily }: Picture): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  for (const element of [copy, ...copy.querySelectorAll('*')]) {
    for (const name of [...element.getAttributeNames()]) {
      if (OF_THE_PAGE.includes(name) || name.startsWith('data-')) {
        element.removeAttribute(name);
      }
    }
  }
  // The view of pan and zoom is the first group.
  copy.querySelector(':scope > g')?.removeAttribute('transform');
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('width', String(Math.ceil(width)));
  copy.setAttribute('height', String(Math.ceil(height)));
  copy.setAttribute('viewBox', `0 0 ${Math.ceil(width)} ${Math.ceil(height)}`);
  copy.setAttribute('font-family', fontFamily);
  const paper = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  paper.setAttribute('width', '100%');
  paper.setAttribute('height', '100%');
  paper.setAttribute('fill', background);
  copy.prepend(paper);
  return `${new XMLSerializer().serializeToString(copy)}\n`;
}
