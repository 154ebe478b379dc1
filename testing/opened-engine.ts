import type { Consent, EngineOptions } from '../src/device/protocol';
import { type Engine, startEngine } from '../src/device/worker/engine';
import type { SidestreamError } from '../src/error';

/** An engine for the bundle at an address, without an answer about consent, and its reports: errors, their codes, and events at each change. */
export async function openedEngine(bundle: string, given: Partial<EngineOptions> = {}) {
  const errors: SidestreamError[] = [];
  const codes: string[] = [];
  const changes: number[] = [];
  const engine = await startEngine(
    { consent: 'pending', bundle, namespace: 'test', learning: true, ...given },
    {
      change: ({ events }) => changes.push(events),
      progress: () => undefined,
      error: (error) => {
        errors.push(error);
        codes.push(error.code);
      },
    },
  );
  return { engine, errors, codes, changes };
}

export const consentOf = async (engine: Engine): Promise<Consent> => (await engine.status()).consent;

/** Clicks on items with ids of one letter. */
export async function clickAll(engine: Engine, ids: string): Promise<void> {
  for (const id of ids) await engine.track('click', id);
  await engine.settled();
}
