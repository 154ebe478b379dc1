import {
  type Card,
  expertCards,
  type FigureName,
  figureCards,
  fitCards,
  loopCards,
  type Simulation,
  updateCards,
} from '../../lab/simulate';

/** Charts that answer one question. */
export interface FigureGroup {
  question: string;
  cards: Card[];
}

const QUALITY: readonly FigureName[] = ['hr10', 'ndcg10', 'mrr', 'clicks', 'newItems'];
const FOLLOWING: readonly FigureName[] = ['start', 'adaptation', 'gradual', 'returned', 'retention'];
const SHOWN: readonly FigureName[] = ['coverage', 'novelty', 'popularityBias', 'diversity'];

/** The charts of a simulation; a question that nothing was found about is left out. */
export const figureGroups = (simulation: Simulation): FigureGroup[] =>
  [
    { question: 'Is what the shopper looks for in the list?', cards: figureCards(simulation, QUALITY) },
    {
      question: 'Does the list follow a taste that changes?',
      cards: [...fitCards(simulation), ...figureCards(simulation, FOLLOWING)],
    },
    { question: 'What do the lists show?', cards: figureCards(simulation, SHOWN) },
    {
      question: 'What does the learner keep, and how long does it take?',
      cards: [...expertCards(simulation), ...figureCards(simulation, ['experts']), ...updateCards(simulation)],
    },
    { question: 'Does a shop narrow that learns from its own lists?', cards: loopCards(simulation) },
  ].filter(({ cards }) => cards.length > 0);
