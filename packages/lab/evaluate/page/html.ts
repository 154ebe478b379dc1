import { STYLE } from './style';

/**
 * A report as a single file: no scripts, nothing from the network, light and dark modes.
 * @param intro a line below the title
 * @param sections empty ones are left out
 */
export const htmlPage = (title: string, intro: string, sections: readonly string[]): string => `<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<p>${escaped(intro)}</p>
${sections.filter((one) => one !== '').join('\n')}
</main>
</body>
</html>
`;

/** Empty if all its parts are empty. */
export function section(title: string, parts: readonly string[]): string {
  const shown = parts.filter((part) => part !== '');
  return shown.length === 0 ? '' : `<section>\n<h2>${escaped(title)}</h2>\n${shown.join('\n')}\n</section>`;
}

/** A warning that invalidates the rest of the page. */
export const alarm = (text: string): string => `<p class="alarm" role="alert">${escaped(text)}</p>`;

/** Legend above a table. */
export const note = (text: string): string => `<p class="note">${escaped(text)}</p>\n`;

export const definitions = (terms: readonly (readonly [string, string])[]): string =>
  `<dl>\n${terms.map(([term, text]) => `<dt>${escaped(term)}</dt><dd>${escaped(text)}</dd>`).join('\n')}\n</dl>`;

/** A number in large type, what it counts, and a line about it. */
export interface Tile {
  title: string;
  value: string;
  /** Lines below the value. */
  about: readonly string[];
}

/** @param look `muted` for figures that do not count, `words` for values that are words */
export const tiles = (all: readonly Tile[], look: 'plain' | 'muted' | 'words' = 'plain'): string =>
  `<dl class="tiles ${look}">\n${all
    .map(
      ({ title, value, about }) =>
        `<div><dt>${escaped(title)}</dt><dd class="value">${escaped(value)}</dd>${about.map((line) => `<dd>${escaped(line)}</dd>`).join('')}</div>`,
    )
    .join('\n')}\n</dl>`;

/** Sections that are grey, and hidden until a reader opens them. */
export const folded = (title: string, sections: readonly string[]): string =>
  `<details class="muted folded"><summary>${escaped(title)}</summary>\n${sections.join('\n')}\n</details>`;

/** Figures side by side. */
export const cards = (figures: readonly string[]): string =>
  figures.length === 0 ? '' : `<div class="cards">\n${figures.join('\n')}\n</div>`;

/** A chart with its explanation and the numbers behind it. */
export function figure(title: string, meaning: string, svg: string, numbers: string): string {
  return `<figure>
<figcaption><h3>${escaped(title)}</h3><p>${escaped(meaning)}</p></figcaption>
${svg}
<details><summary>Numbers</summary>${numbers}</details>
</figure>`;
}

/** A table in its own frame, which scrolls on a narrow page. */
export function table(caption: string, header: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = header.map((cell) => (cell === '' ? '<td></td>' : `<th scope="col">${escaped(cell)}</th>`)).join('');
  const body = rows.map(
    ([first, ...cells]) =>
      `<tr><th scope="row">${escaped(first)}</th>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`,
  );
  return `<div class="frame" role="region" tabindex="0" aria-label="${escaped(caption)}"><table><caption>${escaped(caption)}</caption><thead><tr>${head}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>`;
}

/** Numbers in words; the first cell of a row names it. */
export interface Table {
  title: string;
  header: readonly string[];
  rows: readonly (readonly string[])[];
  /** The meaning of its signs, and the reasons for empty cells. */
  notes?: readonly string[];
}

export const titledTable = ({ title, header, rows, notes = [] }: Table): string =>
  `<h3>${escaped(title)}</h3>\n${notes.map(note).join('')}${table(title, header, rows)}`;

/** For HTML. A number stays on one line with its percent sign and with `±`, and the end of a range with `to`. */
export const escaped = (text: string): string =>
  text
    .replace(/(?<=\d) (?=%)|(?<=±) |(?<=%) (?=to )/g, '\u00a0')
    .replace(/[&<>"]/g, (mark) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[mark] ?? '&quot;');
