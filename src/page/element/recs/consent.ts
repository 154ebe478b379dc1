import type { Recommender } from '../../../device/protocol';
import { followConsent, type ToolName } from '../../adapters/consent';

/** Longest time that the first lists wait until an answer that the tool has already is carried out, ms. */
const LONGEST_WAIT = 1000;

const isTool = (name: string): name is ToolName | 'auto' => /^(auto|shopify|tcf|google)$/.test(name);

/** The connection of a namespace to its tool. */
interface Following {
  /** Null while no recommender is started. */
  recommender: Promise<Recommender> | null;
  /** Settled when the answer that the tool had at first is carried out. */
  first: Promise<unknown>;
  disconnect(): void;
}

/** Connections of this page, by namespace. */
const followings = new Map<string, Following>();

/** Wrong attributes that were reported. */
const warned = new Set<string>();

/**
 * Lets the recommender of a namespace follow the consent tool that an attribute `consent` names, as long as the page lives; the
 * first attribute counts. A wrong one connects nothing. A refusal is carried out at once, without the recommender, also where
 * that cannot start. A recommender that is started later, or again after a failure, gets the answer that the tool has then.
 * @param recommender null while none is started
 * @returns resolves when the answer that the tool has now is carried out
 */
export async function follow(
  namespace: string,
  attribute: string,
  recommender: Promise<Recommender> | null,
): Promise<void> {
  const source = attribute.replace(/ session$/, '');
  if (!isTool(source)) {
    warn(attribute);
    return;
  }
  let following = followings.get(namespace);
  if (!following || (recommender && following.recommender !== recommender)) {
    following?.disconnect();
    following = { recommender, ...connect(namespace, source, recommender) };
    followings.set(namespace, following);
  }
  await following.first;
}

function connect(
  namespace: string,
  source: ToolName | 'auto',
  recommender: Promise<Recommender> | null,
): Pick<Following, 'first' | 'disconnect'> {
  const started = recommender ?? new Promise<Recommender>(() => undefined);
  const { applied, disconnect } = followConsent(started, source, { namespace });
  const late = started.then(
    () => new Promise<void>((resolve) => setTimeout(resolve, LONGEST_WAIT)),
    () => undefined,
  );
  return { first: recommender ? Promise.race([applied, late]) : Promise.resolve(), disconnect };
}

function warn(attribute: string): void {
  if (warned.has(attribute)) return;
  warned.add(attribute);
  console.warn(
    `<sidestream-recs> consent="${attribute}": must be auto, google, shopify or tcf, and may have " session" after it; no consent tool is followed, and nothing is stored. Write consent="auto", say.`,
  );
}
