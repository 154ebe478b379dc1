// Carries out the shopper's answers about consent, given in this tab or in another. An answer counts from the moment it is given.

import { SidestreamError } from '../../../error';
import type { Consent, Refusal } from '../../protocol';
import type { Objects } from '../call';
import type { Device } from '../device/device';
import { moveToDevice } from '../device/move';
import type { Shopper } from './shopper';

type Needs = Pick<Objects, 'device' | 'shopper' | 'lists' | 'changes'>;

/** Attempts to move to the device while other tabs delete the database. */
const GRANT_ATTEMPTS = 3;

/** The shopper answered in this tab. @throws SidestreamError `store/*` */
export async function answer(needs: Needs, level: Consent): Promise<void> {
  const { device } = needs;
  if (level !== 'granted') return withdraw(needs, level, !device.holds(level));
  if (device.holds('granted')) return;
  device.agree();
  await device.answering.run(async () => {
    if (!device.holds('granted')) await grant(needs);
  });
}

/**
 * Deletes all Sidestream data on this device; later events stay in memory until the shopper consents again.
 * @throws SidestreamError `store/blocked`
 */
export const forget = (needs: Needs): Promise<void> => withdraw(needs, 'pending', true);

/** Another tab granted consent; the shopper may have answered otherwise since. */
export async function grantedElsewhere(needs: Needs): Promise<void> {
  const { device } = needs;
  await device.answering.run(async () => {
    if (device.consent !== 'granted' && device.answers.last.consent === 'granted') await grant(needs);
  });
}

/** Another tab withdrew consent, or deleted the database; the device's store is out of use already. */
export const erasedElsewhere = (needs: Needs): Promise<void> => needs.device.answering.run(() => erase(needs));

async function grant({ device, shopper, changes }: Needs): Promise<void> {
  const { last } = device.answers;
  await shopper.catchUp();
  for (let attempt = 1; ; attempt++) {
    try {
      await move(device, shopper);
      break;
    } catch (thrown) {
      // Another tab may still be deleting the database because of an earlier answer.
      const { code } = SidestreamError.from(thrown);
      const answered = device.answers.last !== last;
      if (code !== 'store/forgotten' || answered || attempt === GRANT_ATTEMPTS) throw thrown;
    }
  }
  shopper.log.restart();
  await shopper.experiment.draw(device.store);
  changes.announce();
}

/** Moves log and profile from memory to the device; an existing profile on the device takes precedence. */
async function move(device: Device, shopper: Shopper): Promise<void> {
  const { turns } = shopper;
  const known = await turns.run(async ({ learner }) => {
    const learned = shopper.learns && learner.status.lastUpdate !== null;
    // The profile of an earlier page of the visit, which this learner has not continued yet.
    const earlier = shopper.complete ? null : (await device.read()).profile;
    const profile = learned ? learner.save() : earlier;
    const origin = await moveToDevice(device, profile);
    if (origin) turns.rebase(origin);
    return origin !== null && shopper.complete;
  });
  if (!known) await shopper.restore();
}

/**
 * Stores nothing from now on, whatever is in progress, and deletes the data on the device.
 * @param forgets whether to delete the data in memory too
 * @throws SidestreamError `store/blocked`: everything is forgotten here then, and the next call tries to delete again
 */
async function withdraw(needs: Needs, consent: Refusal, forgets: boolean): Promise<void> {
  const { device } = needs;
  if (forgets) device.leave(consent);
  await device.answering.run(async () => {
    // In parallel: learning in progress must not delay the deletion.
    const results = await Promise.allSettled([device.deleteDevice(), forgets && erase(needs)]);
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  });
}

/** Forgets this tab's data about the shopper after the device's store is out of use. */
async function erase({ device, shopper, lists, changes }: Needs): Promise<void> {
  await shopper.erase();
  // Consent was granted again meanwhile: continue with the profile on the device.
  if (device.consent === 'granted') await shopper.restore();
  await lists.begin();
  changes.announce();
}
