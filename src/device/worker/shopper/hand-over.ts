// Carries the data in memory from one worker of a page to the next.

import { profileFiles } from '../../learner';
import type { Kept } from '../../protocol';
import type { Store } from '../../store';
import type { Objects } from '../call';
import { keyOf } from './exported-file';

type Needs = Pick<Objects, 'device' | 'shopper' | 'lists' | 'reports'>;

/** The data that the worker that replaces this one continues with. */
export async function keptOf({ device, shopper, lists }: Needs): Promise<Kept> {
  const hints = await lists.hintsGiven();
  await shopper.catchUp();
  const counts = shopper.log.take();
  if (!device.inMemory || device.consent === 'denied') return { memory: null, counts, hints };
  // While events are only noted, the profile is the stored one, if any.
  const profile = await shopper.turns.run(async ({ learner }) =>
    shopper.complete ? learner.save() : (await device.read()).profile,
  );
  const memory = {
    profile: profile && (await (await profileFiles()).storedProfile(profile)),
    events: await device.eventsAfter(0),
    items: await device.using((store) => store.localItems()),
  };
  return { memory, counts, hints };
}

/**
 * Continues with the data of another worker. Events that are already in the log are left out.
 * @throws SidestreamError `store/*`
 */
export async function takeOver({ memory, counts, hints }: Kept, needs: Needs): Promise<void> {
  const { device, shopper, lists, reports } = needs;
  const { era } = device;
  if (hints !== undefined) (await lists.hints()).set(hints, era);
  if (counts.length > 0) shopper.log.resume(counts);
  if (device.consent === 'denied') return;
  if (memory) {
    const takeIn = async (store: Store): Promise<void> => {
      const known = new Set((await store.eventsAfter(0)).map(keyOf));
      const events = memory.events.filter((event) => !known.has(keyOf(event)));
      await store.adopt(events, memory.items, memory.profile);
    };
    await shopper.reload(() => device.change(era, takeIn));
  }
  await shopper.catchUp().catch(reports.error);
}
