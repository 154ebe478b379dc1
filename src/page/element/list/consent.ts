import type { Recommender } from '../../../device/protocol';
import { followConsent, TOOLS, type ToolName } from '../../adapters/consent';

/** Longest time that the first lists wait for the tool's existing answer to be carried out, ms. */
const MAX_WAIT_MS = 1000;

const isTool = (name: string): name is ToolName | 'auto' => name === 'auto' || TOOLS.some((tool) => tool === name);

/** The connection of a namespace to its tool. */
interface Following {
  /** Null while no recommender is started. */
  recommender: Promise<Recommender> | null;
  /** Settles when the tool's first answer has been carried out. */
  first: Promise<void>;
  disconnect(): void;
}

const followings = new Map<string, Following>();

const warned = new Set<string>();

/**
 * Lets the recommender of a namespace follow the consent tool named by an attribute `consent`, for as long as the page lives; the
 * first attribute counts. A wrong one connects nothing. A refusal is carried out at once and without the recommender, even if
 * that cannot start. A recommender that starts later, or again after a failure, gets the tool's answer at that time.
 * @param recommender null until one is started
 * @returns a promise that resolves once the tool's present answer has been carried out
 */
export async function follow(
  namespace: string,
  attribute: string,
  recommender: Promise<Recommender> | null,
): Promise<void> {
  if (!isTool(attribute)) {
    warn(attribute);
    return;
  }
  let following = followings.get(namespace);
  if (!following || (recommender && following.recommender !== recommender)) {
    following?.disconnect();
    const { applied, disconnect } = followConsent(recommender ?? new Promise(() => undefined), attribute, {
      namespace,
    });
    const late = recommender?.then(
      () => new Promise<void>((resolve) => setTimeout(resolve, MAX_WAIT_MS)),
      () => undefined,
    );
    following = { recommender, first: late ? Promise.race([applied, late]) : Promise.resolve(), disconnect };
    followings.set(namespace, following);
  }
  await following.first;
}

function warn(attribute: string): void {
  if (warned.has(attribute)) return;
  warned.add(attribute);
  console.warn(
    `<sidestream-recs> consent="${attribute}": must be one of auto, ${TOOLS.join(', ')}; no consent tool is followed, and nothing is stored. Write consent="auto", say.`,
  );
}
