import {
  type Card,
  expertCards,
  figureCards,
  figureTables,
  fitCards,
  loopCards,
  type Table,
  updateCards,
} from '../cards';
import type { Simulation } from '../result';
import { answers, SHOPS } from '../summary-text';
import { barChart, lineChart } from './charts';
import { STYLE } from './style';

/** A report of a simulation as one file: pictures with the numbers behind them, no script, nothing from the network. */
export function simulationPage(simulation: Simulation): string {
  const { setting, seed } = simulation;
  const sections = [
    section('What was found', [list(answers(simulation))]),
    section('Configurations', [definitions(simulation)]),
    section('Figures, with their 95 % intervals', [cards(figureCards(simulation))]),
    section('How lists follow a taste', [cards(fitCards(simulation))]),
    section('Experts of a shopper, and what learning takes', [
      cards([...expertCards(simulation), ...updateCards(simulation)]),
    ]),
    section('Closed loop', [cards(loopCards(simulation))]),
    section('All figures', figureTables(simulation).map(titledTable)),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Simulated shoppers</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Simulated shoppers</h1>
<p>${escaped(`${setting}. Seed ${seed}.`)}</p>
${sections.join('\n')}
</main>
</body>
</html>
`;
}

/** Nothing where all its parts are empty. */
function section(title: string, parts: readonly string[]): string {
  const shown = parts.filter((part) => part !== '');
  return shown.length === 0 ? '' : `<section>\n<h2>${escaped(title)}</h2>\n${shown.join('\n')}\n</section>`;
}

const list = (lines: readonly string[]): string =>
  `<ul>\n${lines.map((line) => `<li>${escaped(line)}</li>`).join('\n')}\n</ul>`;

const definitions = ({ configurations }: Simulation): string =>
  `<dl>\n${configurations.map(({ name }) => `<dt>${escaped(name)}</dt><dd>${escaped(SHOPS[name] ?? '')}</dd>`).join('\n')}\n</dl>`;

/** Their titles differ, so that the ids made of them do. */
const cards = (all: readonly Card[]): string =>
  all.length === 0 ? '' : `<div class="cards">\n${all.map(card).join('\n')}\n</div>`;

function card({ title, meaning, chart, header, rows }: Card): string {
  const id = `picture-${title.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`;
  const caption = { id, title: escaped(title) };
  return `<figure>
<figcaption><h3>${escaped(title)}</h3><p>${escaped(meaning)}</p></figcaption>
${chart.kind === 'bars' ? barChart(chart, caption) : lineChart(chart, caption)}
<details><summary>Numbers</summary>${table(title, header, rows)}</details>
</figure>`;
}

/** A table under its title. */
const titledTable = ({ title, header, rows }: Table): string =>
  `<h3>${escaped(title)}</h3>\n${table(title, header, rows)}`;

/** A table in a frame of its own, which scrolls where the page is narrow. */
function table(caption: string, header: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = header.map((cell) => `<th scope="col">${escaped(cell)}</th>`).join('');
  const body = rows.map(
    ([first, ...cells]) =>
      `<tr><th scope="row">${escaped(first)}</th>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`,
  );
  return `<div class="frame" role="region" tabindex="0" aria-label="${escaped(caption)}"><table><caption>${escaped(caption)}</caption><thead><tr>${head}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>`;
}

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (mark) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[mark] ?? '&quot;');
