import { followConsent, type ToolName } from '../../adapters/consent';
import type { Recommender } from '../../protocol';

/** Longest time that the first lists wait until an answer that the tool has already is carried out, ms. */
const LONGEST_WAIT = 1000;

const isTool = (name: string): name is ToolName | 'auto' => /^(auto|shopify|tcf|google)$/.test(name);

/** Recommenders that follow a tool, each with the answer that it had at first. */
const following = new WeakMap<object, Promise<void>>();

/** Wrong attributes that were reported. */
const warned = new Set<string>();

/**
 * Lets a recommender follow the consent tool that an attribute `consent` names, as long as the page lives; the first attribute
 * counts. A wrong one connects nothing. Resolves when the answer that the tool has now is carried out.
 */
export function follow(recommender: Recommender, attribute: string): Promise<void> {
  const source = attribute.replace(/ session$/, '');
  if (!isTool(source)) {
    warn(attribute);
    return Promise.resolve();
  }
  const known = following.get(recommender);
  if (known) return known;
  const { applied } = followConsent(recommender, source);
  const first = Promise.race([applied, new Promise<void>((resolve) => setTimeout(resolve, LONGEST_WAIT))]);
  following.set(recommender, first);
  return first;
}

function warn(attribute: string): void {
  if (warned.has(attribute)) return;
  warned.add(attribute);
  console.warn(
    `<sidestream-recs> consent="${attribute}": must be auto, google, shopify or tcf, and may have " session" after it; no consent tool is followed, and nothing is stored. Write consent="auto", say.`,
  );
}
