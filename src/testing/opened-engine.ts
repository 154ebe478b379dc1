import type { SidestreamError } from '../error';
import { Engine } from '../worker/engine';
import type { EngineOptions } from '../worker/engine-options';

/** An engine for a bundle at an address, without an answer about consent, with what it reports: errors, and events at each change. */
export async function openedEngine(bundle: string, given: Partial<EngineOptions> = {}) {
  const errors: SidestreamError[] = [];
  const changes: number[] = [];
  const engine = await Engine.start(
    { consent: 'pending', bundle, namespace: 'test', learning: true, ...given },
    {
      change: ({ events }) => changes.push(events),
      progress: () => undefined,
      error: (error) => errors.push(error),
    },
  );
  return { engine, errors, changes };
}
