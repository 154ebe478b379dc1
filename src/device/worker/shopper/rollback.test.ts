import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ServedShop, serveContent } from '../../../../testing/served-shop';
import { topicContent } from '../../../../testing/topics';
import type { Profile } from '../../learner';
import { withEarlierExpert } from '../../learner/profile';
import { DeviceStore } from '../../store/device-store';
import type { Engine } from '../engine';
import { decodeExport } from './exported-file';

const COUNT = 90;
let shop: ServedShop;
let ids: string[];
beforeAll(async () => {
  const content = await topicContent({ items: COUNT, topics: 3 });
  ids = content.items.map(({ id }) => id);
  shop = await serveContent(content);
});
afterAll(() => shop.close());
beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

async function choose(engine: Engine, from: number, to: number): Promise<void> {
  for (let n = from; n < to; n++) await engine.track('click', ids[(3 * n) % (COUNT - 1)], {}, 1_700_000_000_000 + n);
  await engine.settled();
}

async function profileOf(engine: Engine): Promise<Profile> {
  await engine.settled();
  return (await decodeExport(new Uint8Array(await (await engine.exportProfile()).arrayBuffer()))).profile;
}
const memberOf = ({ experts }: Profile, id: number) => experts.members.find((one) => one.id === id);
const listOf = async (engine: Engine) =>
  (await engine.recommend({ limit: 20 })).items.map(({ item, score }) => [item.id, score]);

/** A device whose first window has ended, and which has learned more since; with what it knew then. */
async function begun() {
  const engine = await shop.open({ consent: 'granted' });
  await engine.settled();
  await choose(engine, 0, 40);
  await vi.waitFor(async () => expect(await engine.snapshots()).not.toEqual([]));
  const [{ id: snapshot, choices }] = (await engine.snapshots()).toReversed();
  const then = await profileOf(engine);
  expect(then.history.total).toBe(choices);
  await choose(engine, 40, 52);
  return { engine, snapshot, then, now: await profileOf(engine) };
}

describe('rollback() of one expert', () => {
  it('undoes what this expert learned since, and nothing else; the state before is a snapshot', async () => {
    const { engine, snapshot, then, now } = await begun();
    const [{ id, earlier }] = (await engine.inspect('profile')).experts;
    expect([id, earlier?.id]).toEqual([0, snapshot]);
    const list = await listOf(engine);
    await engine.rollback(snapshot, { expert: 0 });
    const { experts, journal, ...rest } = await profileOf(engine);
    const { experts: _, journal: before, ...others } = now;
    expect(rest).toEqual(others);
    const expected = now.experts.members.map((one) => (one.id === 0 ? memberOf(then, 0)?.expert : one.expert));
    expect(experts.members.map(({ expert }) => expert)).toEqual(expected);
    expect(experts.members.map(({ weight }) => weight)).toEqual(now.experts.members.map(({ weight }) => weight));
    expect(journal?.points.slice(before?.points.length)).toMatchObject([{ kind: 'restored', expert: 0, at: 52 }]);
    expect(await listOf(engine)).not.toEqual(list);
    expect((await engine.status()).events).toBe(52);

    // It learns on, and the next page continues from it.
    await choose(engine, 52, 53);
    await engine.close();
    const next = await shop.open({ consent: 'granted' });
    expect(memberOf(await profileOf(next), 0)?.expert.choices).toBe((memberOf(then, 0)?.expert.choices ?? 0) + 1);
    await next.rollback((await next.snapshots()).at(-1)?.id ?? -1);
    expect(await profileOf(next)).toEqual(now);
    expect(await listOf(next)).toEqual(list);
    await next.close();
    expect(shop.codes).toEqual([]);
  });

  it('keeps an event that another tab tracks meanwhile, and a denial in between wins', async () => {
    const { engine, snapshot } = await begun();
    const other = await shop.open({ consent: 'granted' });
    const { replace } = DeviceStore.prototype;
    const held = vi.spyOn(DeviceStore.prototype, 'replace').mockImplementationOnce(async function (
      this: DeviceStore,
      ...given
    ) {
      await other.track('click', ids[1], {});
      return replace.apply(this, given);
    });
    await engine.rollback(snapshot, { expert: 0 });
    expect(held).toHaveBeenCalledTimes(2);
    const { history, journal } = await profileOf(engine);
    expect([history.total, history.items.at(-1), journal?.points.at(-1)?.kind]).toEqual([53, ids[1], 'restored']);
    const undoing = expect(engine.rollback(snapshot, { expert: 0 })).rejects.toMatchObject({ code: 'store/forgotten' });
    await engine.consent('denied');
    await undoing;
    vi.restoreAllMocks();
    expect(await indexedDB.databases()).toEqual([]);
    await Promise.all([engine.close(), other.close()]);
  });

  it('is refused without a change for an expert that the snapshot lacks, a candidate, or an unknown option', async () => {
    const { engine, snapshot, now } = await begun();
    const candidate = now.experts.members.find(({ kind }) => kind === 'candidate')?.id ?? -1;
    for (const expert of [99, candidate]) {
      const refused = { code: 'store/unknown-snapshot', message: expect.stringContaining(`Expert ${expert} `) };
      await expect(engine.rollback(snapshot, { expert })).rejects.toMatchObject(refused);
    }
    await expect(engine.rollback(99, { expert: 0 })).rejects.toMatchObject({ message: expect.stringContaining('99') });
    const misspelt = { exprt: 0 } as object;
    await expect(engine.rollback(snapshot, misspelt)).rejects.toThrow('Did you mean "expert"?');
    expect(await profileOf(engine)).toEqual(now);
    await engine.close();
  });

  it('does not let a successful trial bring back what was undone', async () => {
    const { engine, then, now } = await begun();
    const expertOf = (profile: Profile) => memberOf(profile, 0)?.expert ?? expect.fail('has no generalist');
    const [before, after] = [expertOf(then), expertOf(now)];
    const inTrial = (expert: typeof after) => ({
      ...now,
      experts: {
        ...now.experts,
        members: now.experts.members.map((one) => ({
          ...one,
          trial: one.trial && { ...one.trial, before: [{ id: 0, expert }] },
        })),
      },
    });
    expect(now.experts.members.some(({ trial }) => trial)).toBe(true);
    const kept = (expert: typeof after) => withEarlierExpert(inTrial(expert), then, 0, 1)?.experts.members;
    const trialsOf = (members: ReturnType<typeof kept>) => members?.flatMap(({ trial }) => trial?.before ?? []);
    for (const { expert } of trialsOf(kept(after)) ?? []) expect(expert).toEqual(before);
    const older = { ...before, choices: 1 };
    for (const { expert } of trialsOf(kept(older)) ?? []) expect(expert).toEqual(older);
    const merged = {
      ...then,
      experts: {
        ...then.experts,
        members: then.experts.members.map((one) => ({ ...one, born: { choice: 0, time: 7 } })),
      },
    };
    expect(withEarlierExpert(now, merged, 0, 1)).toBeNull();
    await engine.close();
  });
});
