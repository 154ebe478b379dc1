import type { GivenOptions } from '../../device/protocol';
import type { Emit } from './remote';
import type { VisitHost } from './visit';

type Level = GivenOptions['consent'];

/**
 * Keeps the visit in this tab while the consent is `session`. When consent is granted, carries over the visit that an earlier
 * page of the tab kept, and loads the code for that. When consent is withdrawn, deletes everything that pages of the namespace
 * kept.
 * @returns a function that stops this
 */
export function followVisit(host: VisitHost): () => void {
  let level: Level;
  const change = async (next: Level): Promise<void> => {
    if (next === level) return;
    const before = level;
    level = next;
    if (next === 'session') {
      if (host.visit) return;
      const { visitOf } = await import('./visit');
      // The shopper has answered meanwhile.
      if (level === 'session') await visitOf(host).takeUp();
      return;
    }
    const kept = host.visit !== null;
    // If this page kept the visit, the worker already has all of it.
    host.visit?.end();
    // A page that starts without an answer leaves the visit to pages that know the answer.
    if (next === 'denied' || (next === 'pending' && before !== undefined)) host.deleteVisits();
    if (next !== 'granted' || kept || !mayHaveVisit()) return;
    const { visitOf } = await import('./visit');
    const visit = visitOf(host);
    try {
      await visit.handIn();
    } finally {
      visit.end();
    }
  };
  const onLevel = (next: Level): void => void change(next).catch((thrown) => host.fail(thrown));
  const listener: Emit = (_, event) => {
    if (!('consent' in event)) return;
    onLevel(event.consent);
    host.visit?.changed(event.events);
  };
  host.listeners.add(listener);
  onLevel(host.given.consent);
  if (level === undefined && mayHaveVisit()) {
    // A profile on the device may have changed the consent to `granted`.
    host
      .call((remote) => remote.status())
      .then(
        ({ consent }) => onLevel(consent),
        (thrown) => host.fail(thrown),
      );
  }
  return () => {
    host.listeners.delete(listener);
    host.visit?.close();
  };
}

/** Whether a page of this tab may have kept a visit; the code that is loaded then finds out. */
function mayHaveVisit(): boolean {
  try {
    return Object.keys(sessionStorage).some((key) => key.startsWith('sidestream/'));
  } catch {
    // The browser denies access: no page can have kept anything.
    return false;
  }
}
