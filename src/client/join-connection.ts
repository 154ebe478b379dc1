import * as Comlink from 'comlink';
import { SidestreamError } from '../error';
import type { GivenOptions } from '../protocol';
import type { RestartContext } from './connection-types';

/** The last caller that was taken in, or not. */
const turns = new WeakMap<RestartContext, Promise<void>>();

/**
 * Takes in what a further caller of `createRecommender()` asks for; one after the other, as each may restart the worker.
 * @throws SidestreamError `runtime/invalid-input` for an option that is wrong, or not the one that another caller named;
 *   then nothing changes
 */
export function joinConnection(context: RestartContext, options: GivenOptions): Promise<void> {
  const joined = (turns.get(context) ?? Promise.resolve()).then(() => join(context, options));
  turns.set(
    context,
    joined.catch(() => undefined),
  );
  return joined;
}

async function join(context: RestartContext, options: GivenOptions): Promise<void> {
  const { consent, encrypt, ...more } = options;
  // A key is the same when it is the same object here; the worker would get copies.
  const others =
    keyOf(encrypt) !== undefined && keyOf(encrypt) === keyOf(context.given.encrypt) ? more : { encrypt, ...more };
  const fresh = await context.call((remote) => remote.join({ consent, ...others }, context.given));
  // What others named is the same, or this call was refused.
  const named = Object.entries(context.given).filter(([, value]) => value !== undefined);
  const all: GivenOptions = { ...others, ...Object.fromEntries(named), bundle: context.given.bundle };
  if (fresh.length > 0) await restart(context, all);
  context.given = { ...all, consent: context.given.consent };
  // The same again is no new answer of the shopper.
  if (consent === undefined || consent === context.given.consent) return;
  try {
    await context.consenting(consent, (remote) => remote.consent(consent));
  } catch (thrown) {
    // As at the start: a store that cannot be opened or deleted is no reason to have no shop.
    if (!SidestreamError.from(thrown).code.startsWith('store/')) throw thrown;
    context.fail(thrown);
  }
}

const keyOf = (encryption: GivenOptions['encrypt']): unknown => Object(encryption).key;

/** Starts a worker with these options in the place of the one there is; where that fails, one with the options before. */
async function restart(context: RestartContext, options: GivenOptions): Promise<void> {
  const before = context.given;
  let refused: unknown;
  context.replace(async (last) => {
    const kept = (await last?.handOver().catch(context.fail)) ?? null;
    // Not earlier: Comlink closes the port of a remote object that was garbage collected, also while a call waits.
    last?.[Comlink.releaseProxy]();
    context.endWorker();
    context.given = options;
    try {
      return await context.begin(kept);
    } catch (thrown) {
      refused = thrown;
      context.given = before;
      return context.begin(kept);
    }
  });
  try {
    context.emit('change', await context.call((remote) => remote.status()));
  } catch (thrown) {
    refused = thrown;
    context.given = before;
  }
  if (refused) throw refused;
}
