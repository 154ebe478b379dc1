import { html, type TemplateResult } from 'lit';
import {
  type Card,
  expertCards,
  type FigureName,
  figureCards,
  fitCards,
  lookOf,
  loopCards,
  type Simulation,
  updateCards,
} from '../../lab/simulate';
import { chartFigure, table } from '../charts/shop-chart';

/** Charts that answer one question. */
export interface FigureGroup {
  question: string;
  cards: Card[];
}

const QUALITY: readonly FigureName[] = ['hr10', 'steady', 'ndcg10', 'mrr', 'clicks', 'newItems'];
const FOLLOWING: readonly FigureName[] = ['start', 'adaptation', 'gradual', 'returned', 'retention'];
const SHOWN: readonly FigureName[] = ['coverage', 'novelty', 'popularityBias', 'diversity'];

/** The charts of a simulation; questions without findings are left out. */
export const figureGroups = (simulation: Simulation): FigureGroup[] =>
  [
    { question: 'Does the list have the product that the shopper looks for?', cards: figureCards(simulation, QUALITY) },
    {
      question: 'Does the list follow a taste that changes?',
      cards: [...fitCards(simulation), ...figureCards(simulation, FOLLOWING)],
    },
    { question: 'What do the lists show?', cards: figureCards(simulation, SHOWN) },
    {
      question: 'What does the learner keep, and how long does it take?',
      cards: [...expertCards(simulation), ...figureCards(simulation, ['experts']), ...updateCards(simulation)],
    },
    { question: 'Does the choice narrow if a shop learns from its own lists?', cards: loopCards(simulation) },
  ].filter(({ cards }) => cards.length > 0);

/** A chart with its explanation, and its numbers as a table for readers who do not see the chart or who want the numbers. */
export function simulationChart({ title, meaning, chart, header, rows }: Card): TemplateResult {
  const [first, last] = [rows[0], rows.at(-1)];
  const ends = header.slice(1).map((name, n) => {
    const [from, to] = [first?.[n + 1], last?.[n + 1]];
    return `${name}: from ${from || 'nothing'} to ${to || 'nothing'}`;
  });
  const bars = chart.kind === 'bars';
  return chartFigure(
    html`<h3>${title}</h3><p class="hint">${meaning}</p>`,
    bars
      ? `${title}. ${chart.bars.map(({ name, text }) => `${name}: ${text}`).join('; ')}.`
      : `${title}, by ${chart.axis}. ${ends.join('; ')}.`,
    chart,
    bars ? [] : chart.lines.map(({ name }) => ({ name, ...lookOf(name) })),
    html`<details><summary>Numbers</summary>${table(title, header, rows)}</details>`,
  );
}
