import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type ServedShop, serveShop } from '../../../testing/served-shop';
import type { Engine } from './engine';

let shop: ServedShop;
beforeAll(async () => {
  shop = await serveShop();
});
afterAll(() => shop.close());

const ACTIONS = ['click', 'click', 'impression', 'grant', 'deny', 'forget', 'reset', 'import', 'list', 'open'] as const;
type Action = (typeof ACTIONS)[number];
interface Step {
  action: Action;
  tab: number;
  /** Whether the next step waits for this one to end. */
  wait: boolean;
}

const step = fc.record<Step>({
  action: fc.constantFrom(...ACTIONS),
  tab: fc.nat({ max: 1 }),
  wait: fc.boolean(),
});

/** Errors with which a step may be refused if another tab deletes its store. */
const EXPECTED = new Set(['store/forgotten', 'store/blocked', 'runtime/closed']);

async function act(action: Action, tabs: Engine[], tab: number, file: Blob): Promise<void> {
  const engine = tabs[tab];
  if (action === 'click') await engine.track('click', 'abcdef'[tabs.length % 6], {});
  else if (action === 'impression') await engine.track('impression', 'a', {});
  else if (action === 'grant') await engine.consent('granted');
  else if (action === 'deny') await engine.consent('denied');
  else if (action === 'forget') await engine.forget();
  else if (action === 'reset') await engine.reset();
  else if (action === 'import') await engine.importProfile(file);
  else if (action === 'list') expect((await engine.recommend({})).items.length).toBeGreaterThan(0);
  else if (tabs.length < 4) tabs.push(await shop.open({ consent: undefined }));
}

it('whatever two tabs do at once, they end with one consent answer, and a database only if it was granted', async () => {
  const source = await shop.open({ consent: 'pending', namespace: 'other' });
  for (const id of 'ababab') await source.track('click', id, {});
  const file = await source.exportProfile();
  await source.close();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
      globalThis.indexedDB = new IDBFactory();
      const tabs = [await shop.open({ consent: undefined }), await shop.open({ consent: undefined })];
      const refused: string[] = [];
      const running: Promise<void>[] = [];
      for (const { action, tab, wait } of steps) {
        const acting = act(action, tabs, tab, file).catch((thrown: { code?: string }) => {
          if (!EXPECTED.has(thrown.code ?? '')) throw thrown;
          refused.push(thrown.code ?? '');
        });
        running.push(acting);
        if (wait) await acting;
      }
      await Promise.all(running);
      for (const engine of tabs) await engine.settled();
      // A denial leaves no trace: a tab that was opened later does not know of it, and waits for an answer.
      const levels = async () => {
        const all = await Promise.all(tabs.map(async (engine) => (await engine.status()).consent));
        return all.map((level, n) => (n > 1 && level === 'pending' && all[0] === 'denied' ? 'denied' : level));
      };
      await vi.waitFor(async () => expect(new Set(await levels()).size).toBe(1), { timeout: 3000 });
      const [consent] = await levels();
      const exists = async () => (await indexedDB.databases()).length;
      await vi.waitFor(async () => expect(await exists()).toBe(consent === 'granted' ? 1 : 0), { timeout: 3000 });
      if (consent === 'denied') {
        for (const engine of tabs.slice(0, 2)) expect((await engine.status()).events).toBe(0);
      }
      if (consent === 'granted') {
        // Every tab has the same answer, and so does one that starts now.
        const known = async (engine: Engine) => {
          await engine.settled();
          return (await engine.status()).events;
        };
        const next = await shop.open({ consent: undefined });
        await vi.waitFor(
          async () => {
            const all = await Promise.all([...tabs, next].map(known));
            expect(new Set(all).size).toBe(1);
          },
          { timeout: 3000 },
        );
        await next.close();
      }
      await Promise.all(tabs.map((engine) => engine.close()));
    }),
    { seed: 7, numRuns: 30, endOnFailure: true },
  );
}, 120_000);
