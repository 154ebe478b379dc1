// Carries the data in memory from one worker of a page to the next.

import { type Profile, profileFiles } from '../../learner';
import type { Kept } from '../../protocol';
import type { Store } from '../../store';
import type { Device } from '../device/device';
import { firstOf, isEmpty } from '../device/move';
import { keyOf } from './exported-file';
import type { Shopper } from './shopper';

interface Needs {
  device: Device;
  shopper: Shopper;
  lists: { hints(): Promise<{ set(given: unknown, era: number): void }>; hintsGiven(): Promise<unknown> };
  reports: { error(thrown: unknown): undefined };
}

/** The data that the worker that replaces this one continues with. */
export async function keptOf({ device, shopper, lists }: Needs): Promise<Kept> {
  const hints = await lists.hintsGiven();
  return { memory: await memoryOf({ device, shopper }), counts: shopper.log.take(), hints };
}

/** The data in memory only; null if the device stores it, or nothing may be kept. */
async function memoryOf({ shopper, device }: Pick<Needs, 'shopper' | 'device'>) {
  await shopper.catchUp();
  if (!device.inMemory || device.consent === 'denied') return null;
  // While events are only noted, the profile is the stored one, if any.
  const profile: Profile | null = await shopper.turns.run(async ({ learner }) =>
    shopper.complete ? learner.save() : (await device.read()).profile,
  );
  return {
    profile: profile && (await (await profileFiles()).encodeProfile(profile)),
    events: await device.eventsAfter(0),
    items: await device.reading((store) => store.localItems()),
  };
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
    const known = new Set((await device.eventsAfter(0)).map(keyOf));
    const events = memory.events.filter((event) => !known.has(keyOf(event)));
    const profile = await readProfile(memory.profile, needs);
    const takeIn = async (store: Store): Promise<void> => {
      const generation = await store.generation();
      const empty = await isEmpty(store);
      const logged = await store.append(events.map(({ id: _, ...event }) => event));
      for (const item of memory.items) await store.saveLocalItem(item);
      // A profile that the store already has takes precedence.
      if (!empty || !profile) return;
      const firstEvent = firstOf(profile, logged[0] && { from: events[0].id, to: logged[0].id });
      const lastEvent = logged.at(-1)?.id ?? 0;
      const stored = await (await profileFiles()).storedProfile({ ...profile, lastEvent, firstEvent });
      await store.saveProfile(stored, generation, { first: true });
    };
    await shopper.reload(() => device.change(era, takeIn));
  }
  await shopper.catchUp().catch(reports.error);
}

/** A usable profile; else null, and its events are learned again. */
async function readProfile(file: Uint8Array | null, { reports }: Needs) {
  if (!file) return null;
  try {
    return await (await profileFiles()).decodeProfile(file);
  } catch (thrown) {
    reports.error(thrown);
    return null;
  }
}
