import { Engine } from '../device/worker/engine';
import type { EngineOptions } from '../device/worker/engine-options';
import type { SidestreamError } from '../error';

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
