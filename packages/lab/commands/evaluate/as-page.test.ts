import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBundle, writeBundle } from '../../../../src/core/catalog';
import { seededRandom } from '../../../../src/core/common/random';
import { readEventFile } from '../../../../testing/event-file';
import { inProcess } from '../../../../testing/in-process';
import { topicContent } from '../../../../testing/topics';
import { folderFetch, folderSink } from '../../../cli/bundler';
import { choicesFrom, cooccurrenceTable } from '../../../shop/training';
import { asPageProtocol, placeIn } from './as-page';
import { hostBundle } from './bundle-host';

const ITEMS = 400;
const TOPICS = 8;
let folder: string;
const at = (name: string): string => join(folder, name);

interface Line {
  protocol: string;
  methods: ({ name: string } & Record<string, number>)[];
  figures: Record<string, number>;
}

async function evaluated(bundle: string, ...args: string[]): Promise<{ line: Line; out: string }> {
  const words = ['evaluate', '--as-page', '--bundle', at(bundle), '--events', at('events.csv'), '--processes', '1'];
  const { code, out, err } = await inProcess(...words, '--json', ...args);
  expect([code, err]).toEqual([0, expect.not.stringContaining('Error')]);
  return { line: JSON.parse(out.trim().split('\n').at(-1) ?? ''), out };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
  const content = await topicContent({ items: ITEMS, topics: TOPICS });
  const random = seededRandom(1);
  const categories = [...new Set(content.items.map(({ category }) => category))];
  const own = categories.map((of) => [...content.items.keys()].filter((row) => content.items[row].category === of));
  // Sixty shoppers of the past, and two new ones, each with a topic.
  const events = Array.from({ length: 930 }, (_, n) => {
    const user = n < 900 ? n % 60 : 60 + (n % 2);
    const rows = own[user % own.length];
    return { user: `u${user}`, row: rows[Math.floor(rows.length * random())], time: 1_700_000_000 + 60 * n };
  });
  await writeFile(
    at('events.csv'),
    `time,user,item\n${events.map(({ time, user, row }) => `${time},${user},item-${row}`).join('\n')}\n`,
  );
  const learned = { cooccurrence: cooccurrenceTable(choicesFrom(events.slice(0, 900)), ITEMS) };
  await writeBundle(content, await folderSink(at('whole')), { learned });
  await writeBundle(content, await folderSink(at('parts')), { learned, whole: false, shardItems: 24 });
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

describe('evaluate --as-page', () => {
  it('ranks as with all products where a page loads them all, and counts what it loads', async () => {
    const { line, out } = await evaluated('whole', '--past', '0.9');
    expect(line.protocol).toBe('as-page');
    const [whole, page] = line.methods;
    expect([whole.name, page.name]).toEqual(['whole', 'page']);
    expect(page).toMatchObject({ ndcg10Change: 0, lnRankChange: 0, loaded: 1, topLoaded: 1 });
    expect(page.complementHr10).toBe(whole.complementHr10);
    expect(page.hr10).toBeGreaterThan(0);
    const { manifest } = await openBundle(folderFetch(at('whole')));
    const { bytes } = manifest.shards;
    const figures = line.figures;
    expect(figures['raw everything']).toBe(figures['raw all choices']);
    expect(figures['raw everything'] - figures['raw first list']).toBeGreaterThan(bytes);
    expect(figures['requests ten choices']).toBe(figures['requests everything']);
    expect(figures['gzip everything']).toBeLessThan(figures['raw everything']);
    expect(out).toMatch(/^- requests first list: 2$/m);
    expect(out).toContain('| complement HR@10, % | loaded, % | top loaded, % | foremost loaded, % |');
  }, 60_000);

  it('loads a part of a large catalogue, more with every choice', async () => {
    const { line } = await evaluated('parts', '--past', '0.9', '--shoppers', '1');
    const { figures, methods } = line;
    const page = methods.find(({ name }) => name === 'page');
    expect(page?.loaded).toBeGreaterThan(0);
    expect(page?.loaded).toBeLessThanOrEqual(1);
    const moments = ['first list', 'first personal list', 'ten choices', 'all choices'];
    const requests = moments.map((moment) => figures[`requests ${moment}`]);
    expect(requests).toEqual(requests.toSorted((a, b) => a - b));
    expect(requests[1]).toBeGreaterThan(requests[0]);
  }, 60_000);

  it('finds the same in several parts', async () => {
    const bundle = await openBundle(folderFetch(at('whole')));
    const { events } = await readEventFile(at('events.csv'));
    const rowOf = new Map(bundle.items.map(({ id }, row) => [id, row]));
    const meter = { start() {}, advance() {}, stop() {} };
    const shop = { bundle, folder: at('whole'), events, rowOf, models: '', meter, say() {} };
    const { measure, report } = asPageProtocol({ ...shop, seed: 1, past: 0.9, half: 'all' });
    const whole = report([await measure({ index: 0, of: 1 })]);
    expect(report([await measure({ index: 0, of: 2 }), await measure({ index: 1, of: 2 })])).toEqual(whole);
    expect(whole.tables[0].methods[1].units.map(({ events: ranked }) => ranked > 5)).toEqual([true, true]);
  }, 60_000);

  it('refuses another protocol beside it', async () => {
    const { code, err } = await inProcess('evaluate', '--as-page', '--protocol', 'drift', '--bundle', at('whole'));
    expect([code, err]).toEqual([1, expect.stringContaining('leave it or --protocol drift out')]);
  });
});

describe('a hosted bundle', () => {
  it('counts each file of a page once, and reports what the engine reports', async () => {
    const host = await hostBundle(at('whole'));
    const [first, second] = [await host.open(), await host.open()];
    await first.engine.settled();
    await first.engine.recommend();
    const { requests, raw, gzip } = first.downloads();
    expect(second.downloads().requests).toBeLessThan(requests);
    expect(gzip).toBeLessThan(raw);
    const name = (await openBundle(folderFetch(at('whole')))).manifest.shards.head.file;
    expect(await host.gzipped(name)).toBeLessThan(raw);
    await first.engine.close();
    await second.engine.close();
    host.close();
    const none = await hostBundle(at('gone'));
    await expect(none.open()).rejects.toMatchObject({ code: 'bundle/unreachable' });
    none.close();
  });
});

describe('the place of a product', () => {
  const list = [3, 2, 2, 1].map((score, n) => ({ score, item: { id: `i${n}` } }));

  it('is the mean of the places of its score, or of the places outside the list', () => {
    expect(placeIn(list, { id: 'i0' }, 10)).toBe(1);
    expect(placeIn(list, { id: 'i2' }, 10)).toBe(2.5);
    expect(placeIn(list, { id: 'x' }, 10)).toBe(7.5);
    expect(placeIn(list, { id: 'x' }, 4)).toBe(5);
  });

  it('is that of any of its variants', () => {
    const variants = [{ score: 1, item: { id: 'red', group: 'shirt' } }];
    expect(placeIn(variants, { id: 'blue', group: 'shirt' }, 10)).toBe(1);
  });
});
