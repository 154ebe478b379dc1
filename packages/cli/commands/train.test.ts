import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type CooccurrenceTable,
  createTable,
  type Item,
  openBundle,
  openHead,
  verifyBundle,
  writeBundle,
} from '../../../src/core/catalog';
import { quantizeRow } from '../../../src/core/common/bytes';
import { seededRandom } from '../../../src/core/common/random';
import { sidestream, startSidestream } from '../../../testing/commands';
import { readEventFile } from '../../../testing/event-file';
import { inProcess } from '../../../testing/in-process';
import { nightly } from '../../../testing/nightly';
import { choicesFrom, cooccurrenceTable, demandOf, interactionsOf } from '../../shop/training';
import { folderFetch, folderSink } from '../bundler/folder-bundle';

const ITEMS = 40;
/** A line of the log has no time. */
const REFUSED = 2;
let folder: string;
let events: string;
const at = (name: string): string => join(folder, name);

const words = (out: string): string[] => ['train', '--bundle', at('bundle'), '--events', events, '--out', out];
const train = (out: string, ...more: string[]) => inProcess(...words(out), '--models', at('models'), ...more);
/** The other items of each item, in any order: a bundle stores an item's best ones, and lifts in steps. */
const pairsOf = (table: CooccurrenceTable | null): number[][] =>
  Array.from({ length: table?.count ?? 0 }, (_, row) =>
    [...(table?.rows.slice(table.offsets[row], table.offsets[row + 1]) ?? [])].sort((a, b) => a - b),
  );
const lastLine = (text: string): unknown => JSON.parse(text.trim().split('\n').at(-1) ?? '');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
  const items = Array.from({ length: ITEMS }, (_, row): Item => {
    const categories = { category: `c${row % 4}` };
    return {
      id: `i${row}`,
      title: `Title ${row}`,
      description: '',
      availability: 'in-stock',
      attributes: {},
      ...categories,
    };
  });
  const features = createTable({ dim: 6, taps: { text: 3, image: 2 } }, ITEMS);
  const random = seededRandom(1);
  for (let row = 0; row < ITEMS * 5; row++) {
    const values = Float32Array.from({ length: 6 }, () => random() - 0.5);
    features.scales[row] = quantizeRow(values, features.values, row * 6);
  }
  const encoder = (taps: string[]) => ({
    preset: 'p',
    digest: '0'.repeat(64),
    taps,
    contentTap: 0,
    contentWeight: 0.5,
  });
  const content: Parameters<typeof writeBundle>[0] = {
    items,
    features,
    text: 'title',
    encoders: { text: encoder(['x', 'y', 'z']), image: encoder(['x', 'y']) },
    projection: new Uint8Array(3),
  };
  await writeBundle(content, await folderSink(at('bundle')));
  await writeBundle(content, await folderSink(at('parts')), { shardItems: 8, whole: false });
  const rows = Array.from({ length: 400 }, (_, i) => `${1000 + i},u${i % 20},i${(i * 7 + (i % 20)) % ITEMS}`);
  events = at('events.csv');
  await writeFile(events, `time,user,item\n${rows.join('\n')}\n2000,u1,unknown\nsoon,u1,i1\n`);
});
afterAll(() => rm(folder, { recursive: true }));

describe('sidestream train', () => {
  it('puts its counts into the bundle, and reports what was left out', async () => {
    await cp(at('bundle'), at('trained'), { recursive: true });
    const run = await sidestream(...words(at('trained')), '--models', at('models'), '--json');
    expect(run.err).toContain('line 403, field time');
    expect(run.err).toContain('1 event is about items that are not in the bundle, such as "unknown"');
    expect(run.err).toContain('Columns: user = user, item = item, time = time; none for type, quantity');
    expect(run.err).toContain('Warning: 400 events; from fewer than 2,000, the result is mostly chance');
    expect(run.code).toBe(REFUSED);
    expect(run.out).toContain('Refused: 1 line of the log');
    const bundle = await openBundle(folderFetch(at('trained')));
    const { companions, demand } = bundle.manifest;
    expect(lastLine(run.out)).toMatchObject({
      events: 400,
      unknown: 1,
      refused: 1,
      returns: 0,
      companions: { bytes: companions?.bytes },
      demand: { bytes: demand?.bytes },
      // Only seconds apart, so all are on the same visit.
      repeats: null,
    });
    const counted = demandOf(await readEventFile(events), bundle);
    expect((await bundle.demand())?.choices.map(Math.round)).toEqual(counted.choices);
    const { interactions } = interactionsOf(await readEventFile(events), bundle);
    const table = await bundle.cooccurrence();
    expect(pairsOf(table)).toEqual(pairsOf(cooccurrenceTable(choicesFrom(interactions), ITEMS)));
    expect(table?.lifts.every((lift) => lift > 0)).toBe(true);
  });

  it('only counts on request, and only the past', async () => {
    const out = at('counted');
    await cp(at('bundle'), out, { recursive: true });
    const run = await train(out, '--companions-only', '--past', '0.5');
    expect(run.code).toBe(REFUSED);
    expect(run.out).toMatch(
      /Counted 200 events.*\n.*counted: companions [\d.]+ kB, demand [\d.]+ kB\n10 of 40 items have co-occurrence/,
    );
    const bundle = await openBundle(folderFetch(out));
    const { interactions } = interactionsOf(await readEventFile(events), bundle);
    expect(pairsOf(await bundle.cooccurrence())).toEqual(
      pairsOf(cooccurrenceTable(choicesFrom(interactions.slice(0, 200)), ITEMS)),
    );
  });

  it('adds a further model that continues the own one, and `models` promotes or removes it', async () => {
    const out = at('further');
    await cp(at('bundle'), out, { recursive: true });
    const short = (...more: string[]) => train(out, '--epochs', '1', '--json', ...more);
    await short('--past', '0.5');
    const own = (await openHead(folderFetch(out))).manifest;
    const further = await short('--as', 'next');
    expect(further.err).toContain('Window 2: continuing from the model of');
    const { models, ...rest } = (await openHead(folderFetch(out))).manifest;
    expect([rest, Object.keys(models ?? {})]).toEqual([own, ['next']]);
    expect((await short('--as', 'a b')).err).toContain('must have 1 to 32 letters');
    const next = (await openHead(folderFetch(out), undefined, { model: async () => 'next' })).manifest;
    expect((await inProcess('models', out)).out).toMatch(/^Own: [0-9a-f]{16}\nFurther: next\n$/);
    expect((await inProcess('models', out, '--remove', 'nxt')).err).toContain('has no side model "nxt"');
    const promoted = await inProcess('models', out, '--promote', 'next');
    expect(promoted.out).toBe(`Own: ${next.side?.digest.slice(0, 16)}\n`);
    await verifyBundle((await openHead(folderFetch(out))).manifest, folderFetch(out));
    await train(out, '--companions-only', '--as', 'counted');
    expect((await inProcess('models', out, '--remove', 'counted')).out).toBe(promoted.out);
  });

  it('continues from the model of an earlier training with a new expert, unless it is to start from scratch', async () => {
    const out = at('windows');
    await cp(at('bundle'), out, { recursive: true });
    const short = (...more: string[]) => train(out, '--epochs', '1', '--json', ...more);
    const first = await short('--past', '0.5');
    expect(first.err).not.toContain('Window');
    expect(lastLine(first.out)).toMatchObject({ training: { windows: 1, choices: 200 }, windows: [{ choices: 200 }] });
    const second = await short();
    expect(second.err).toMatch(/Window 2: continuing from the model of .*side-network-\w+\.weights/);
    expect(second.err).toMatch(
      /Window 2: 200 newer choices of 20 shoppers, [\d.]+ s; experts text \d+ % \/ \d+ %, image/,
    );
    const { experts } = (await openBundle(folderFetch(out))).manifest.side?.training ?? {};
    expect(experts?.text?.reduce((sum, share) => sum + share)).toBeCloseTo(1, 3);
    expect(lastLine(second.out)).toMatchObject({
      training: { windows: 2, choices: 200, epochs: 1, experts },
      windows: [{ experts: { text: [1] } }, { choices: 200, experts }],
    });
    const shown = await inProcess('inspect', out);
    expect(shown.out).toMatch(/side model: 200 choices of 20 shoppers, the last one of 2 windows; 1 epoch, /);
    expect(shown.out).toMatch(/experts and their use: text \d+ % \/ \d+ %/);
    const again = await short();
    expect(again.err).toMatch(/Trained from scratch because .* cannot be continued: the log has no choice after/);
    expect(lastLine(again.out)).toMatchObject({ training: { windows: 1, choices: 400 } });
    await short('--past', '0.5', '--from-scratch');
    const whole = await short('--from-scratch');
    expect(whole.err).not.toContain('Window');
    expect(lastLine(whole.out)).toMatchObject({ training: { windows: 1, choices: 400 } });
  }, 180_000);

  it('reads only newer events with --continue, and the side model waits until they are a tenth', async () => {
    const out = at('daily');
    await cp(at('bundle'), out, { recursive: true });
    const lines = (await readFile(events, 'utf8')).split('\n').slice(1, 401);
    const part = async (name: string, from: number, to: number): Promise<string> => {
      await writeFile(at(name), `time,user,item\n${lines.slice(from, to).join('\n')}\n`);
      return at(name);
    };
    const run = (file: string, ...more: string[]) =>
      inProcess(
        ...['train', '--bundle', out, '--events', file, '--out', out, '--models', at('daily-models')],
        ...['--epochs', '1', '--json', '--continue', ...more],
      );
    const demandNow = async () => (await openBundle(folderFetch(out))).demand();
    const first = await run(await part('june.csv', 0, 300));
    expect(lastLine(first.out)).toMatchObject({ events: 300, training: { windows: 1, choices: 300 } });
    const side = (await openBundle(folderFetch(out))).manifest.side?.digest;
    const day = await run(await part('july-1.csv', 300, 320));
    expect(day.err).toContain('The side model stays as it is');
    expect(lastLine(day.out)).toMatchObject({ events: 20, training: null });
    expect((await openBundle(folderFetch(out))).manifest.side?.digest).toBe(side);
    expect((await demandNow())?.choices.reduce((sum, choices) => sum + choices)).toBe(320);
    // The file may repeat what is known.
    const week = await run(await part('july.csv', 290, 400));
    expect(lastLine(week.out)).toMatchObject({ events: 100, training: { windows: 2, choices: 100 } });
    const whole = at('whole');
    await cp(at('bundle'), whole, { recursive: true });
    await inProcess('train', '--bundle', whole, '--events', events, '--out', whole, '--companions-only');
    const expected = await openBundle(folderFetch(whole));
    expect((await demandNow())?.choices).toEqual((await expected.demand())?.choices);
    const table = await (await openBundle(folderFetch(out))).cooccurrence();
    expect(pairsOf(table)).toEqual(pairsOf(await expected.cooccurrence()));
    expect((await run(at('july.csv'), '--from-scratch')).err).toContain("cannot be used with option '--from-scratch'");
  }, 180_000);

  nightly(
    'learns shards in processes, with the same result in any number of them',
    async () => {
      const digests = await Promise.all(
        ['1', '2'].map(async (processes) => {
          const out = at(`shards-${processes}`);
          await cp(at('bundle'), out, { recursive: true });
          const more = ['--shards', '2', '--processes', processes, '--epochs', '1', '--from-scratch'];
          expect((await train(out, ...more)).err).toMatch(/Epoch 1: loss \d/);
          return (await openBundle(folderFetch(out))).manifest.side?.digest;
        }),
      );
      expect(digests[0]).toBe(digests[1]);
    },
    180_000,
  );

  it('writes nothing if the choices of held-out shoppers rank worse than before, and it is told so', async () => {
    const out = at('guarded');
    await cp(at('bundle'), out, { recursive: true });
    // Of each shopper, items of one of two groups.
    const log = at('groups.csv');
    const lines = Array.from({ length: 800 }, (_, n) => {
      const [shopper, choice] = [n % 80, Math.floor(n / 80)];
      return `${1_700_000_000 + n},u${shopper},i${2 * ((choice * 3 + shopper) % 20) + (shopper % 2)}`;
    });
    await writeFile(log, `time,user,item\n${lines.join('\n')}\n`);
    const run = (...more: string[]) =>
      inProcess('train', '--bundle', out, '--events', log, '--out', out, '--models', at('models'), ...more);
    const first = await run('--unless-worse', '--from-scratch', '--epochs', '40');
    expect([first.code, first.err]).toEqual([0, expect.not.stringContaining('Against')]);
    const { manifest } = await openHead(folderFetch(out));
    const second = await run('--unless-worse', '--from-scratch', '--epochs', '1');
    expect(second.code).toBe(3);
    expect(second.err).toMatch(/Against the side model before: ln rank of held-out choices \d\.\d+ ± \d\.\d+/);
    expect(second.out).toContain('nothing was written, because the new side model ranks worse');
    expect((await openHead(folderFetch(out))).manifest).toEqual(manifest);
    expect((await run('--from-scratch', '--epochs', '1')).code).toBe(0);
    expect((await run('--unless-worse', '--from-scratch', '--epochs', '40')).code).toBe(0);
  }, 60_000);

  it('puts the side model of a catalogue in many shards into them', async () => {
    const out = at('parts');
    const run = (...more: string[]) =>
      inProcess('train', '--bundle', out, '--events', events, '--out', out, '--models', at('models'), ...more);
    const counts: number[] = [];
    for (const seed of ['1', '2', '3']) {
      const { code, out: printed } = await run('--epochs', '1', '--json', '--seed', seed);
      expect(code).toBe(REFUSED);
      const { manifest } = await openBundle(folderFetch(out));
      expect(lastLine(printed)).toMatchObject({ side: { bytes: manifest.side?.bytes } });
      await verifyBundle(manifest, folderFetch(out));
      counts.push(manifest.shards.count);
    }
    const [{ head }, bundle] = [await openHead(folderFetch(out)), await openBundle(folderFetch(out))];
    expect(bundle.manifest.shards).toMatchObject({ target: 8, whole: false });
    // Open pages can still read the previous training's files, but none of an earlier one.
    const files = (await readdir(out)).filter((name) => name.startsWith('shard-'));
    expect(files).toHaveLength(counts[1] + counts[2]);
    const { biases } = (await bundle.side()) ?? {};
    const rowOf = new Map(bundle.items.map(({ id }, row) => [id, row]));
    expect([...(head.model?.biases ?? [])]).toEqual(head.items.map(({ id }) => biases?.[rowOf.get(id) ?? -1]));
  }, 60_000);

  it('learns the same from a prepared log, and leaves nothing of one that it prepares itself', async () => {
    const prepare = (...more: string[]) =>
      inProcess('prepare', '--bundle', at('bundle'), '--out', at('prepared'), '--events', events, ...more);
    expect((await prepare()).out).toMatch(
      /prepared: 401 choices, 20 shoppers, 11 products and \d+ pairs of products, in [\d.]+ s\nRefused: 1 line/,
    );
    expect(
      lastLine((await prepare('--json', '--shoppers', '5', '--min-shoppers', '2', '--memory', '1GB')).out),
    ).toMatchObject({
      shoppers: 5,
      minShoppers: 2,
    });
    await prepare();
    const learned = async (...log: string[]) => {
      const out = at(`same${log[0]}`);
      await cp(at('bundle'), out, { recursive: true });
      const options = ['--out', out, '--models', at('models'), '--epochs', '1', '--from-scratch'];
      expect((await inProcess('train', '--bundle', at('bundle'), ...log, ...options)).code).toBe(REFUSED);
      const { companions, demand, side } = (await openBundle(folderFetch(out))).manifest;
      return { companions, demand, digest: side?.digest };
    };
    expect(await learned('--prepared', at('prepared'))).toEqual(await learned('--events', events));
    expect((await readdir(at('models'))).filter((name) => name.startsWith('log-'))).toEqual([]);
    const both = await train(at('bundle'), '--prepared', at('prepared'));
    expect(both.err).toContain('Name the log with --events, or the folder');
    const past = await inProcess(
      'train',
      '--bundle',
      at('bundle'),
      '--prepared',
      at('prepared'),
      '--out',
      at('bundle'),
      '--past',
      '0.5',
    );
    expect(past.err).toContain('--impressions need --events');
    expect((await prepare('--memory', 'much')).err).toContain('must be a size such as 4GB or 800MB');
  });

  it.skipIf(process.platform === 'win32')('leaves nothing of a preparation that a signal ends', async () => {
    execFileSync('mkfifo', [at('endless.csv')]);
    const out = ['--out', at('interrupted')];
    const { child, ended } = startSidestream(
      'prepare',
      '--bundle',
      at('bundle'),
      '--events',
      at('endless.csv'),
      ...out,
    );
    const log = await open(at('endless.csv'), 'w');
    await log.writeFile(`user,item,time\n${'u,i1,1\n'.repeat(50_000)}`);
    expect(await readdir(folder)).toContain('interrupted.part');
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 130, err: expect.stringContaining('Interrupted; nothing was written.') });
    await log.close();
    expect((await readdir(folder)).filter((name) => name.includes('interrupted'))).toEqual([]);
  });

  it('leaves returns out, and says how many', async () => {
    const rows = Array.from({ length: 40 }, (_, n) => `u${n % 5},i${n % 8},${1000 + n},${n % 4 === 0 ? -1 : 1}`);
    await writeFile(at('returns.csv'), `customer_id,sku,created_at,quantity\n${rows.join('\n')}\n`);
    await cp(at('bundle'), at('returned'), { recursive: true });
    const [out, log] = [at('returned'), at('returns.csv')];
    const only = ['--companions-only', '--models', at('models'), '--json'];
    const run = await inProcess('train', '--bundle', at('bundle'), '--events', log, '--out', out, ...only);
    expect(run.code).toBe(0);
    expect(run.err).toContain('Left out: 10 returns (quantity of 0 or less)');
    expect(lastLine(run.out)).toMatchObject({ events: 30, returns: 10, refused: 0 });
  });

  it('checks before it learns that its result can be written', async () => {
    await writeFile(at('file'), '');
    const [nowhere, models] = await Promise.all([train(at('nowhere')), train(at('bundle'), '--models', at('file'))]);
    for (const { code, err } of [nowhere, models]) {
      expect(code).toBe(1);
      expect(err).toContain('Error (runtime/invalid-input)');
      expect(err).not.toContain('Columns');
    }
    expect(nowhere.err).toContain('is not a bundle');
    expect(models.err).toContain('--models');
  });

  it('ends with 1 for events that are missing or of another shop', async () => {
    const strangers = at('strangers.csv');
    await writeFile(strangers, 'time,user,item\n1,u,x\n2,u,y\n');
    const run = (file: string) => inProcess('train', '--bundle', at('bundle'), '--events', file, '--out', at('bundle'));
    const runs = await Promise.all([run(at('none.csv')), run(strangers)]);
    for (const { code, err } of runs) {
      expect(code).toBe(1);
      expect(err).toContain('runtime/invalid-input');
    }
    expect(runs[1].err).toContain('same item ids');
  });
});
