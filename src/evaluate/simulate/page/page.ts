import { ROUND_FIGURE_NAMES, ROUND_FIGURES } from '../closed-loop';
import { FIGURES, type FigureUnit, type Interval } from '../figures';
import type { Simulation } from '../result';
import { VISIT } from '../shopper';
import { answers, intervalText, SHOPS, shownFigures, titleOf } from '../summary-text';
import { barChart, type LineChartOptions, lineChart } from './charts';
import { STYLE } from './style';

/** A report of a simulation as one file: pictures with the numbers behind them, no script, nothing from the network. */
export function simulationPage(simulation: Simulation): string {
  const { setting, seed } = simulation;
  const sections = [
    section('What was found', [list(answers(simulation))]),
    section('Configurations', [definitions(simulation)]),
    section('Figures, with their 95 % intervals', [cards(figureCards(simulation))]),
    section('How lists follow a taste', [cards(fitCards(simulation))]),
    section('Experts of a shopper', [cards(expertCards(simulation))]),
    section('Closed loop', [cards(loopCards(simulation))]),
    section('All figures', [figureTable(simulation), changeTables(simulation)]),
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

/** A picture, what it means, and its numbers. */
interface Card {
  title: string;
  meaning: string;
  draw(caption: { id: string; title: string }): string;
  header: readonly string[];
  rows: readonly (readonly string[])[];
}

/** Their titles differ, so that the ids made of them do. */
const cards = (all: readonly Card[]): string =>
  all.length === 0 ? '' : `<div class="cards">\n${all.map(card).join('\n')}\n</div>`;

function card({ title, meaning, draw, header, rows }: Card): string {
  const id = `picture-${title.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`;
  return `<figure>
<figcaption><h3>${escaped(title)}</h3><p>${escaped(meaning)}</p></figcaption>
${draw({ id, title: escaped(title) })}
<details><summary>Numbers</summary>${table(title, header, rows)}</details>
</figure>`;
}

function figureCards(simulation: Simulation): Card[] {
  const { configurations } = simulation;
  return shownFigures(simulation).map((name) => {
    const words = FIGURES[name];
    const bars = configurations
      .filter(({ figures }) => !Number.isNaN(figures[name].mean))
      .map((one) => ({
        ...{ name: one.name, value: one.figures[name], text: intervalText(one.figures[name], words.unit) },
      }));
    return {
      ...{ title: titleOf(words), meaning: words.meaning },
      draw: (caption) => barChart(bars, scaleOf(words.unit), caption),
      ...{ header: ['', 'mean', 'from', 'to'], rows: bars.map((bar) => [bar.name, ...ends(bar.value, words.unit)]) },
    };
  });
}

const KINDS: Record<string, string> = {
  steady: 'A taste that stays',
  abrupt: 'An abrupt change of taste',
  gradual: 'A slow change of taste',
  returning: 'A taste that comes back',
  logged: 'Shoppers of the log',
  spliced: 'Two shoppers of the log in turn',
};

function fitCards({ configurations, source }: Simulation): Card[] {
  const kinds = Object.keys(KINDS).filter((kind) =>
    configurations.some(({ fit }) => fit.some((one) => one.kind === kind)),
  );
  const meaning =
    source === 'log'
      ? 'Share of the lists that hold what is chosen next, %.'
      : `Share of a list that is what the shopper wants most at that choice, %.`;
  return kinds.map((kind) => {
    const lines = configurations.flatMap(({ name, fit }) => {
      const found = fit.find((one) => one.kind === kind);
      return found && name !== 'random' ? [{ name, values: found.steps }] : [];
    });
    return lineCard(
      { title: KINDS[kind], meaning },
      { lines, axis: 'choice', scale: 100, range: [0, 100], marks: marksOf(kind) },
    );
  });
}

function marksOf(kind: string): LineChartOptions['marks'] {
  const part = kind === 'spliced' ? 2 * VISIT.part : VISIT.part;
  if (kind === 'steady' || kind === 'logged') return [];
  const change = { at: part, text: kind === 'gradual' ? 'begins' : 'changes' };
  if (kind === 'abrupt') return [change];
  return [change, { at: 2 * part, text: kind === 'gradual' ? 'is done' : 'comes back' }];
}

function expertCards({ configurations }: Simulation): Card[] {
  const lines = configurations
    .filter(({ experts }) => experts.some(({ mean }) => !Number.isNaN(mean)))
    .map(({ name, experts }) => ({ name, values: experts }));
  if (lines.length === 0) return [];
  const words = {
    title: 'Experts kept',
    meaning: 'Mean over the shoppers; the one that learns everything is among them.',
  };
  return [lineCard(words, { lines, axis: 'choice', scale: 1 })];
}

const loopCards = ({ closedLoop }: Simulation): Card[] =>
  closedLoop.length === 0
    ? []
    : ROUND_FIGURE_NAMES.map((figure) => {
        const words = ROUND_FIGURES[figure];
        const lines = closedLoop.map(({ name, rounds }) => ({ name, values: rounds.map((round) => round[figure]) }));
        const { meaning } = words;
        return lineCard({ title: titleOf(words), meaning }, { lines, axis: 'round', scale: scaleOf(words.unit) });
      });

function lineCard(words: Pick<Card, 'title' | 'meaning'>, options: LineChartOptions): Card {
  const { lines, axis, scale } = options;
  const steps = Math.max(...lines.map(({ values }) => values.length));
  const cell = (value: Interval | undefined): string =>
    value === undefined || Number.isNaN(value.mean)
      ? ''
      : `${(scale * value.mean).toFixed(2)}${Number.isNaN(value.high) ? '' : ` ± ${(scale * (value.high - value.mean)).toFixed(2)}`}`;
  return {
    ...words,
    draw: (caption) => lineChart(options, caption),
    header: [axis, ...lines.map(({ name }) => name)],
    rows: Array.from({ length: steps }, (_, step) => [
      String(step + 1),
      ...lines.map(({ values }) => cell(values[step])),
    ]),
  };
}

function figureTable(simulation: Simulation): string {
  const { configurations } = simulation;
  const rows = shownFigures(simulation).map((name) => [
    titleOf(FIGURES[name]),
    ...configurations.map(({ figures }) => intervalText(figures[name], FIGURES[name].unit)),
  ]);
  return titledTable('Figures of every configuration', ['', ...configurations.map(({ name }) => name)], rows);
}

function changeTables(simulation: Simulation): string {
  const { of, against } = simulation.comparison;
  if (against.length === 0) return '';
  const rows = shownFigures(simulation).map((name) => [
    titleOf(FIGURES[name]),
    ...against.map(({ changes }) => intervalText(changes[name], FIGURES[name].unit, true)),
  ]);
  return titledTable(`${of} against the others, shopper by shopper`, ['', ...against.map(({ name }) => name)], rows);
}

/** A table under its title. */
const titledTable = (title: string, header: readonly string[], rows: readonly (readonly string[])[]): string =>
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

const scaleOf = (unit: FigureUnit): number => (unit === 'percent' ? 100 : 1);

const ends = ({ mean, low, high }: Interval, unit: FigureUnit): string[] =>
  [mean, low, high].map((value) => (Number.isNaN(value) ? '' : (scaleOf(unit) * value).toFixed(3)));

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (mark) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[mark] ?? '&quot;');
