import { fill } from '../../../core/labels';
import type { InspectedExpert, Inspection } from '../../../device/protocol';
import type { KeptState } from './texts/locales/en';
import type { Words } from './words';

/** Number of choices by which an expert is named. */
const LATELY = 8;
const MAX_PICTURES = 8;

/** A kept expert with its name, and the choices that the name is about. */
export interface NamedExpert extends Omit<InspectedExpert, 'state'> {
  state: KeptState;
  /** Different for every expert of a profile. */
  title: string;
  /** Items that it learned last, newest first, each once: only those that the title names. */
  shown: InspectedExpert['from'][number]['item'][];
}

interface Topic {
  name: string;
  paths: readonly string[];
}

/**
 * The kept experts, each named by the categories of its last choices. Two of the same name get the names of narrower categories,
 * and their ids if these are the same, too.
 */
export function namedExperts(experts: Inspection['experts'], words: Words): NamedExpert[] {
  const kept = experts.filter((one): one is InspectedExpert & { state: KeptState } => one.state !== 'candidate');
  const titled = (expert: (typeof kept)[number], depth: number) => {
    const topic = topicOf(expert.from, depth, words);
    return { expert, topic, title: titleOf(expert.state, topic, words) };
  };
  const isShared = (title: string, all: readonly { title: string }[]): boolean =>
    all.filter((other) => other.title === title).length > 1;
  const broad = kept.map((expert) => titled(expert, 1));
  const named = broad.map((one) =>
    one.expert.state !== 'generalist' && isShared(one.title, broad) ? titled(one.expert, 2) : one,
  );
  return named.map(({ expert, topic, title }) => {
    const numbered = fill(words.texts.learned.numbered, { name: title, id: `${expert.id}` });
    return { ...expert, title: isShared(title, named) ? numbered : title, shown: shownOf(expert, topic) };
  });
}

function titleOf(state: KeptState, topic: Topic | null, { texts }: Words): string {
  const { everything, everythingLately, unnamed } = texts.learned;
  if (state === 'generalist') return topic ? fill(everythingLately, { category: topic.name }) : everything;
  return topic?.name ?? unnamed;
}

/** The category of most of the last choices, or the two most frequent ones; null if none has a category. */
function topicOf(from: InspectedExpert['from'], depth: number, { formats }: Words): Topic | null {
  const last = from.slice(0, LATELY);
  const counts = new Map<string, number>();
  for (const { item } of last) {
    const path = pathOf(item.category, depth);
    if (path) counts.set(path, (counts.get(path) ?? 0) + 1);
  }
  const [first, second] = [...counts].sort(([, a], [, b]) => b - a);
  if (!first) return null;
  const paths = second && first[1] <= last.length / 2 ? [first[0], second[0]] : [first[0]];
  return { name: formats.listed(paths.map((path) => path.split('/').at(-1) ?? path)), paths };
}

const pathOf = (category: string, depth: number): string =>
  (category.split('|')[0] ?? '')
    .split('/')
    .slice(0, depth)
    .map((part) => part.trim())
    .join('/');

/** The generalist shows its last choices whatever they are, every other expert those that its name is about. */
function shownOf({ state, from }: Pick<InspectedExpert, 'state' | 'from'>, topic: Topic | null): NamedExpert['shown'] {
  const fits = ({ category }: { category: string }): boolean =>
    topic === null || topic.paths.some((path) => pathOf(category, path.split('/').length) === path);
  const items = from.map(({ item }) => item).filter((item) => state === 'generalist' || fits(item));
  return [...new Map(items.map((item) => [item.id, item])).values()].slice(0, MAX_PICTURES);
}
