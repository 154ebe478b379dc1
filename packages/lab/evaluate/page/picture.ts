import { type PlotOptions, plot } from '@observablehq/plot';
import { parseHTML } from 'linkedom';

const { document } = parseHTML('<html></html>');
const SVG = 'http://www.w3.org/2000/svg';

/**
 * Draws without a page, for a report or a separate file: as SVG, in the page's colours unless the options name others.
 * @param title describes it for readers who cannot see it; unique on a page
 */
export function picture(title: string, { style, ...options }: PlotOptions): string {
  const base = {
    background: 'none',
    color: 'var(--ink)',
    fontSize: '12px',
    fontFamily: 'inherit',
    overflow: 'visible',
  };
  const svg = plot({ document, ...options, style: { ...base, ...(typeof style === 'object' ? style : {}) } });
  for (const sheet of svg.querySelectorAll('style')) sheet.remove();
  // A picture has one name; its parts, without a role of their own, may have none.
  for (const part of svg.querySelectorAll('g[aria-label]')) part.removeAttribute('aria-label');
  const id = `picture-${title.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`;
  const name = document.createElementNS(SVG, 'title');
  name.setAttribute('id', id);
  name.textContent = title;
  svg.prepend(name);
  const attributes = { xmlns: SVG, 'aria-labelledby': id, role: 'img' };
  for (const [attribute, value] of Object.entries(attributes)) svg.setAttribute(attribute, value);
  const short = (number: string): string => String(Number(Number(number).toFixed(2)));
  return svg.outerHTML.replace(/="[^"]*"/g, (value: string) => value.replace(/\d+\.\d{3,}/g, short));
}
