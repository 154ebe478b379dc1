import { type FigureName, type Interval, intervalText } from './figures';
import type { Simulation } from './result';

/** A simulation's answer to one question, first in words and then in numbers. */
export interface Answer {
  question: string;
  /** In words, without a number. */
  verdict: string;
  numbers: string;
  /** A reason to read it with care. */
  caveat: string | null;
}

/** Names of the compared lists in a sentence. */
const LISTS: Readonly<Record<string, string>> = {
  content: 'likeness',
  popularity: 'popular products',
  terms: 'learning without experts',
  random: 'random order',
};
/** Lists that the answers compare the learner with, where they were simulated; else with all but the oracle. */
const USUAL = ['content', 'popularity'];
/** Half-widths of a 95 % interval by which a difference is clear: about four standard errors. */
const CLEAR = 2;
/** Milliseconds of learning that no shopper notices: the browser's limit for a long task. */
const UNNOTICED_MS = 50;

const CONTENT_CAVEAT =
  'Simulated tastes are made of the same texts and pictures that lists by likeness read, which favours likeness. A log is better evidence.';
const FEW_CAVEAT = 'With so few shoppers this may be chance: simulate more.';

/** Words for a figure: a `less` figure is better when it is smaller. */
const QUESTIONS: readonly { figure: FigureName; question: string; less: boolean }[] = [
  { figure: 'adaptation', question: 'Follows a change of taste', less: true },
  { figure: 'returned', question: 'Finds an old taste again', less: true },
  { figure: 'steady', question: 'Steady taste', less: false },
  { figure: 'newItems', question: 'New products', less: false },
  { figure: 'hr10', question: 'All choices', less: false },
];

/** The answers to all questions that were simulated; empty without the learner. */
export function questionAnswers(simulation: Simulation): Answer[] {
  return [
    ...QUESTIONS.flatMap((one) => comparedAnswer(simulation, one)),
    ...narrowing(simulation),
    ...learningTime(simulation),
  ];
}

/** An answer in one line. */
export function answerText({ question, verdict, numbers, caveat }: Answer): string {
  return `${question}: ${verdict} (${numbers}).${caveat === null ? '' : ` ${caveat}`}`;
}

/** The difference from one other list. */
interface Difference {
  list: string;
  /** In which direction the difference is better, 1 or -1; 0 if it may be chance. */
  sign: number;
  isClear: boolean;
  change: Interval;
  value: Interval;
}

function comparedAnswer(
  { comparison, configurations, source }: Simulation,
  asked: (typeof QUESTIONS)[number],
): Answer[] {
  const { figure, question, less } = asked;
  const figureOf = (name: string) => configurations.find((one) => one.name === name)?.figures[figure];
  const own = figureOf(comparison.of);
  const against = comparison.against.filter(({ name }) => name !== 'oracle');
  const usual = against.filter(({ name }) => USUAL.includes(name));
  const all = (usual.length > 0 ? usual : against)
    .toSorted((a, b) => USUAL.indexOf(a.name) - USUAL.indexOf(b.name))
    .flatMap(({ name, changes }): Difference[] => {
      const value = figureOf(name);
      if (!value || Number.isNaN(changes[figure].mean)) return [];
      return [{ list: LISTS[name] ?? name, value, ...judged(changes[figure], less) }];
    });
  if (!own || all.length === 0) return [];
  const isFavoured = figure === 'steady' && source === 'synthetic' && against.some(({ name }) => name === 'content');
  const isOpen = all.some(({ sign }) => sign === 0);
  const few = isOpen && source === 'synthetic' ? FEW_CAVEAT : null;
  const caveats = [isFavoured ? CONTENT_CAVEAT : null, few].filter((one) => one !== null);
  return [
    {
      question,
      verdict: verdictOf(all, less),
      numbers: numbersOf(own, all, less),
      caveat: caveats.length > 0 ? caveats.join(' ') : null,
    },
  ];
}

function judged(change: Interval, less: boolean): Pick<Difference, 'sign' | 'isClear' | 'change'> {
  const half = change.high - change.mean;
  // Without an error, as with a single shopper, nothing is known.
  const isKnown = change.low > 0 || change.high < 0;
  const sign = isKnown ? Math.sign(change.mean) * (less ? -1 : 1) : 0;
  return { sign, isClear: Math.abs(change.mean) > CLEAR * half, change };
}

/** One word if the learner differs from all in the same way; else what it differs from, the worst first. */
function verdictOf(all: readonly Difference[], less: boolean): string {
  const word = ({ sign, isClear }: Pick<Difference, 'sign' | 'isClear'>): string => {
    if (sign === 0) return 'no measurable difference from';
    const [better, worse] = less ? ['faster than', 'slower than'] : ['ahead of', 'behind'];
    return `${isClear ? 'clearly ' : ''}${sign > 0 ? better : worse}`;
  };
  const [{ sign }] = all;
  if (all.every((one) => one.sign === sign)) {
    const weakest = word({ sign, isClear: all.every(({ isClear }) => isClear) });
    if (sign === 0) return 'no measurable difference';
    return all.length > 1 ? weakest.replace(/ (than|of)$/, '') : `${weakest} ${all[0].list}`;
  }
  return all
    .toSorted((a, b) => a.sign - b.sign)
    .map((one) => `${word(one)} ${one.list}${one.sign < 0 ? ' here' : ''}`)
    .join(', ');
}

/** By how much it is worse, if it is, and the values. */
function numbersOf(own: Interval, all: readonly Difference[], less: boolean): string {
  const behind = all.filter(({ sign }) => sign < 0);
  const by = behind.map(({ list, change }) => {
    const size = intervalText(
      { ...change, mean: Math.abs(change.mean), high: Math.abs(change.mean) + change.high - change.mean },
      less ? 'choices' : 'percent',
    );
    return `by ${size} ${less ? 'choices' : 'points'}${all.length > 1 && behind.length > 1 ? ` behind ${list}` : ''}`;
  });
  const values = [own, ...all.map(({ value }) => value)].map(({ mean }) => mean);
  const whole = values.map((value) => value.toFixed(0));
  const isDistinct = new Set(whole).size === whole.length;
  const text = (value: number): string => {
    if (!less) return `${(100 * value).toFixed(1)} %`;
    return isDistinct ? value.toFixed(0) : value.toFixed(1);
  };
  const others = all.map(({ list, value }) => `${text(value.mean)} with ${list}`).join(' and ');
  const unit = less ? ' choices' : ' in the first ten';
  return [...by, `${text(own.mean)}${unit} against ${others}`].join('; ');
}

/** Whether the choice narrows if the shop learns from its own lists. */
function narrowing({ closedLoop, comparison }: Simulation): Answer[] {
  const own = closedLoop.find(({ name }) => name === comparison.of);
  if (!own) return [];
  const { gini } = own.change;
  const numbers = `Gini coefficient ${intervalText(gini, 'number', true)} in ${own.rounds.length} rounds`;
  const question = 'Variety of the choices, if the shop learns from its own lists';
  const verdict = gini.low > 0 ? 'narrows' : gini.high < 0 ? 'widens' : 'does not narrow measurably';
  return [{ question, verdict, numbers, caveat: null }];
}

function learningTime({ timing, comparison }: Simulation): Answer[] {
  const own = timing.updateMs.find(({ name }) => name === comparison.of);
  if (!own) return [];
  const verdict = own.p95 <= UNNOTICED_MS ? 'too short to notice' : 'long enough to notice on this machine';
  const numbers = `${own.median.toFixed(1)} ms on this machine; 95 % of the choices within ${own.p95.toFixed(1)} ms`;
  return [{ question: 'Time to learn a choice', verdict, numbers, caveat: null }];
}
