// Restores the profile, or one expert of it, to a snapshot.

import * as v from 'valibot';
import { exactObject } from '../../../core/common/schema';
import { SidestreamError } from '../../../error';
import { profileFiles } from '../../learner';
import type { RollbackOptions } from '../../protocol';
import { takes } from '../call';
import { type Device, unknownSnapshot } from '../device/device';
import type { Shopper } from './shopper';

const idSchema = v.pipe(v.number(), v.safeInteger());
const rollbackSchema = exactObject({ expert: v.optional(idSchema) } satisfies Record<
  keyof RollbackOptions,
  v.GenericSchema
>);
interface Needs {
  device: Device;
  shopper: Shopper;
  rest: { loadAll(): Promise<void> };
  era: number;
}

/** @throws SidestreamError `store/unknown-snapshot`, `store/forgotten` when everything was erased since the call */
export const rollback = takes(
  'profile.rollback()',
  [
    ['id', idSchema],
    ['options', v.optional(rollbackSchema, {})],
  ],
  async (needs: Needs, id, { expert }): Promise<void> => {
    const { device, shopper, era } = needs;
    if (expert !== undefined) return rollbackExpert(needs, id, expert);
    await shopper.reload(async () => {
      if (!(await device.change(era, (store) => store.rollback(id)))) throw unknownSnapshot(id);
    });
  },
);

async function rollbackExpert({ rest, shopper, device, era }: Needs, id: number, expert: number): Promise<void> {
  await rest.loadAll();
  const { readProfile, storedProfile, withEarlierExpert } = await profileFiles();
  const putBack = async (): Promise<boolean> => {
    const { now, origin } = await shopper.turns.run(({ learner, origin }) => ({ now: learner.save(), origin }));
    const stored = await device.reading((store) => store.snapshotProfile(id));
    // Also before an error: what it names may have been erased.
    device.checkEra(era);
    if (!stored) throw unknownSnapshot(id);
    const time = Date.now();
    const profile = withEarlierExpert(now, await readProfile(stored), expert, time);
    if (!profile) throw unknownExpert(id, expert);
    const { lastEvent, windows, history } = now;
    const snapshot = { time, choices: history.total, windows, lastEvent };
    const undo = { snapshot, profile: await storedProfile(now), generation: origin.generation };
    const next = await storedProfile(profile);
    return device.change(era, async (store) => store === origin.store && store.replace(next, [], undo));
  };
  // Again if an event, another tab or another store came in between, which the learner knows after the reload.
  for (let done = false; !done; ) {
    await shopper.catchUp();
    await shopper.reload(async () => {
      done = await putBack();
    });
  }
}

const unknownExpert = (id: number, expert: number): SidestreamError =>
  new SidestreamError(
    'store/unknown-snapshot',
    `Expert ${expert} cannot be put back to snapshot ${id}: the snapshot lacks it, or it is on trial or gone. status.inspect('profile') names the snapshot of each expert as "earlier".`,
  );
