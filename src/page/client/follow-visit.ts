import type { GivenOptions } from '../../device/protocol';
import type { Emit } from './remote';
import type { VisitHost } from './visit';

type Level = GivenOptions['consent'];

/**
 * Keeps the visit in this tab as long as the consent is `session`. Where an earlier page of the tab kept it, takes it along
 * when consent is granted, for which it loads code. When consent is withdrawn, deletes whatever pages of the namespace kept.
 * @returns a function that ends that
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
      // Answered meanwhile.
      if (level === 'session') await visitOf(host).takeUp();
      return;
    }
    const kept = host.visit !== null;
    // Where this page kept it, the worker has it all.
    host.visit?.end();
    // A page that starts without an answer leaves the visit to those that know one.
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
    // A profile on the device may have made it `granted`.
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

/** Whether a page of this tab may have kept a visit; the code that is loaded then knows. */
function mayHaveVisit(): boolean {
  try {
    return Object.keys(sessionStorage).some((key) => key.startsWith('sidestream/'));
  } catch {
    // Denied by the browser: nothing can have been kept.
    return false;
  }
}
