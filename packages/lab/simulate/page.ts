import {
  alarm,
  cards,
  definitions,
  escaped,
  figure,
  htmlPage,
  note,
  section,
  type Tile,
  table,
  tiles,
  titledTable,
} from '../evaluate/page/html';
import { picture } from '../evaluate/page/picture';
import { type Card, expertCards, figureCards, fitCards, loopCards, updateCards } from './cards';
import { lookOf } from './charts';
import { type Answer, questionAnswers } from './questions';
import type { Simulation } from './result';
import { figureTables, SHOPS, speedText } from './summary-text';

/** A report of a simulation as a single file: charts with the numbers behind them, no scripts, nothing from the network. */
export function simulationPage(simulation: Simulation): string {
  const { setting, seed, configurations, warnings } = simulation;
  const sections = [
    ...warnings.map(alarm),
    section('What was found', [tiles(questionAnswers(simulation).map(answerTile), 'words')]),
    section('Configurations', [definitions(configurations.map(({ name }) => [name, SHOPS[name] ?? '']))]),
    section('Figures, with their 95 % intervals', [cardsOf(figureCards(simulation))]),
    section('How lists follow a taste', [cardsOf(fitCards(simulation))]),
    section('Experts of a shopper, and learning time', [
      cardsOf([...expertCards(simulation), ...updateCards(simulation)]),
      note(speedText(simulation)),
    ]),
    section('Closed loop', [cardsOf(loopCards(simulation))]),
    section('All figures', figureTables(simulation).map(titledTable)),
  ];
  return htmlPage('Simulated shoppers', `${setting}. Seed ${seed}.`, sections);
}

const answerTile = ({ question, verdict, numbers, caveat }: Answer): Tile => ({
  title: question,
  value: verdict,
  about: caveat === null ? [numbers] : [numbers, caveat],
});

const cardsOf = (all: readonly Card[]): string => cards(all.map(card));

function card({ title, meaning, chart, lines, header, rows, notes = [] }: Card): string {
  const drawn = `${lines ? keyOf(lines) : ''}${picture(title, chart)}`;
  return figure(title, meaning, drawn, `${notes.map(note).join('')}${table(title, header, rows)}`);
}

/** The legend. */
const keyOf = (names: readonly string[]): string =>
  `<p class="key">${names.map((name) => `<span>${sampleOf(name)}${escaped(name)}</span>`).join('\n')}</p>\n`;

function sampleOf(name: string): string {
  const { color, dashes = 'none', width } = lookOf(name);
  return `<svg aria-hidden="true" width="24" height="6"><path d="M0,3H24" stroke="${color}" stroke-width="${width}" stroke-dasharray="${dashes}"/></svg>`;
}
