import type { Interval, Simulation } from '../../lab/simulate';

/** Configurations in the words of a sentence. */
const LISTS: Readonly<Record<string, string>> = {
  random: 'lists in random order',
  popularity: 'lists of popular products',
  content: 'lists of products similar to the last choices',
  terms: 'lists that learn without experts',
  sidestream: 'lists that learn',
  oracle: 'lists that know every wish',
};

/** The configurations that the sentences compare with the learner; the charts have all of them. */
const OTHERS = ['popularity', 'content'];

type Found = Simulation['configurations'][number];

/** The findings, in a few plain sentences. */
export function findings(simulation: Simulation): string[] {
  const { configurations } = simulation;
  const named = (name: string): Found | undefined => configurations.find((one) => one.name === name);
  const learner = named('sidestream') ?? named('terms');
  if (!learner) {
    const hits = configurations.map(({ name, figures }) => `${listsOf(name)} in ${share(figures.hr10)}`);
    return [
      `Of the products that shoppers looked for, the first ten had: ${hits.join(', ')}. Choose “sidestream” too, to see what learning adds.`,
    ];
  }
  const others = OTHERS.flatMap((name) => named(name) ?? []);
  return [hitsOf(simulation, learner, others), ...following(learner, others), ...updates(simulation, learner)];
}

function hitsOf({ comparison }: Simulation, learner: Found, others: readonly Found[]): string {
  const name = learner.name === 'terms' ? 'Lists that learn (without experts)' : 'Lists that learn';
  const shares = others.map((other) => `, ${listsOf(other.name)} in ${share(other.figures.hr10)}`).join('');
  const sentence = `${name} had the wanted product among their first ten in ${share(learner.figures.hr10)} of the choices${shares}.`;
  const open = comparison.against.filter(
    ({ name: against, changes: { hr10 } }) =>
      others.some((other) => other.name === against) && !(hr10.low > 0 || hr10.high < 0),
  );
  if (comparison.of !== learner.name || open.length === 0) return sentence;
  return `${sentence} With so few shoppers, the difference from ${open.map((other) => listsOf(other.name)).join(' and from ')} may be chance: simulate more.`;
}

/** How they followed tastes that change and return; empty if no shopper's taste did. */
function following({ figures }: Found, others: readonly Found[]): string[] {
  const sentence = (figure: 'adaptation' | 'returned', when: string): string[] => {
    const after = (mean: number): string => mean.toFixed(1);
    const rest = others.map((other) => `, ${listsOf(other.name)} after ${after(other.figures[figure].mean)}`).join('');
    const { mean } = figures[figure];
    return Number.isNaN(mean) ? [] : [`${when}, they followed after ${after(mean)} choices on average${rest}.`];
  };
  return [
    ...sentence('adaptation', 'When a taste changed from one choice to the next'),
    ...sentence('returned', 'When an old taste came back'),
  ];
}

function updates({ timing }: Simulation, { name }: Found): string[] {
  const own = timing.updateMs.find((one) => one.name === name);
  return own ? [`Learning a choice took ${own.median.toFixed(1)} ms in this browser.`] : [];
}

const listsOf = (name: string): string => LISTS[name] ?? name;

const share = ({ mean }: Interval): string => `${(100 * mean).toFixed(1)} %`;
