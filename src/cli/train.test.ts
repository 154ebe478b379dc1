import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BaseModel, baseConfig } from '../base-model';
import { folderFetch, folderSink } from '../build/folder-bundle';
import {
  addLearned,
  type CooccurrenceTable,
  createTable,
  type Factors,
  type Item,
  openBundle,
  quantizeRow,
  writeBundle,
} from '../catalog';
import { decodeCooccurrence, encodeCooccurrence } from '../catalog/cooccurrence/cooccurrence-table';
import { decodeFactors, encodeFactors } from '../catalog/factors/factors-file';
import { decodeSafetensors, encodeSafetensors, seededRandom } from '../model';
import { sidestream, startSidestream, until } from '../testing/commands';
import { cooccurrenceTable, factorsOf, storeBase, trainBase } from '../training';
import { startCompute } from '../training/compute';
import type { TrainBaseRequest } from '../training/train-base';
import { demandOf, interactionsOf, readEventFile } from './event-file';
import { encodeNpy } from './export';

const ITEMS = 40;
/** A line of the log has no time. */
const REFUSED = 2;
let folder: string;
let events: string;
const at = (name: string): string => join(folder, name);

/** A small model of the log, made from the bundle. */
const command = (out: string): string[] => {
  const files = ['--bundle', at('bundle'), '--events', events, '--out', out];
  return ['train', ...files, '--width', '8', '--length', '5'];
};
const train = (out: string, ...more: string[]) => sidestream(...command(out), ...more);
/** A table as it is read back: lifts in steps. */
const storedFactors = (factors: Factors): Factors =>
  decodeFactors(encodeFactors(factors, ITEMS).buffer, 'factors.bin', ITEMS);
const stored = (table: CooccurrenceTable): CooccurrenceTable =>
  decodeCooccurrence(encodeCooccurrence(table).buffer, table.count);
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
  await writeBundle(
    {
      items,
      features,
      text: 'title',
      encoders: { text: encoder(['x', 'y', 'z']), image: encoder(['x', 'y']) },
      projection: new Uint8Array(3),
    },
    await folderSink(at('bundle')),
  );
  const rows = Array.from({ length: 400 }, (_, i) => `${1000 + i},u${i % 20},i${(i * 7 + (i % 20)) % ITEMS}`);
  events = at('events.csv');
  await writeFile(events, `time,user,item\n${rows.join('\n')}\n2000,u1,unknown\nsoon,u1,i1\n`);
});
afterAll(() => rm(folder, { recursive: true }));

describe('sidestream train', () => {
  it('puts a base model into the bundle, says how good it is and what was left out', async () => {
    await cp(at('bundle'), at('trained'), { recursive: true });
    const run = await train(at('trained'), '--epochs', '2', '--json');
    expect(run.err).toContain('line 403, field time');
    expect(run.err).toContain('1 event is about items that are not in the bundle, such as "unknown"');
    expect(run.err).toContain('Columns: user = user, item = item, time = time; none for type, quantity');
    expect(run.err).toContain('Warning: 400 events, and below 2,000 what is learned is mostly chance');
    expect(run.err).toMatch(/Epoch 2 of at most 2: loss \d+\.\d+, HR@10 \d+\.\d+ %, NDCG@10/);
    expect(run.code).toBe(REFUSED);
    expect(run.out).toContain('Refused: 1 line of the log');
    const bundle = await openBundle(folderFetch(at('trained')));
    const base = await bundle.base();
    expect(lastLine(run.out)).toMatchObject({
      events: 400,
      unknown: 1,
      refused: 1,
      returns: 0,
      epochs: 2,
      bytes: base?.bytes.byteLength,
    });
    const model = BaseModel.load(new Uint8Array(base?.bytes ?? new ArrayBuffer(0)), bundle.features);
    expect(model.config).toMatchObject({ recipe: 'sidestream', embeddingDim: 8, maxSeqLen: 5 });
    expect((await readdir(at('trained'))).filter((name) => name.includes('checkpoint'))).toEqual([]);

    const cooccurrence = await bundle.cooccurrence();
    const { companions: file } = bundle.manifest;
    expect(lastLine(run.out)).toMatchObject({
      companions: { file: join(at('trained'), file?.file ?? ''), bytes: file?.bytes },
      factors: {
        file: join(at('trained'), bundle.manifest.factors?.file ?? ''),
        bytes: bundle.manifest.factors?.bytes,
      },
    });
    const demand = demandOf(await readEventFile(events), bundle);
    expect((await bundle.demand())?.choices.map(Math.round)).toEqual(demand.choices);
    // Seconds apart, so none is on another visit.
    expect(lastLine(run.out)).toMatchObject({
      demand: { bytes: bundle.manifest.demand?.bytes },
      repeats: null,
    });
    // From the whole log, the share for validation too.
    const { interactions } = interactionsOf(await readEventFile(events), bundle);
    expect(cooccurrence).toEqual(stored(cooccurrenceTable(interactions, ITEMS)));
    // Those of items that nobody chose are predicted from the base model, too.
    const factors = await bundle.factors();
    const cooccurring = cooccurrenceTable(interactions, ITEMS);
    const plain = storedFactors(await factorsOf(interactions, bundle, { cooccurrence: cooccurring, seed: 1 }));
    expect(factors?.blocks.map(({ name }) => name)).toEqual(['cooccurrence', 'users']);
    const chosen = new Set(interactions.map(({ row }) => row));
    for (const [n, { values, width }] of (factors?.blocks ?? []).entries()) {
      for (let row = 0; row < ITEMS; row++) {
        const [own, without] = [values, plain.blocks[n].values].map((all) => [
          ...all.subarray(row * width, (row + 1) * width),
        ]);
        if (chosen.has(row)) expect(own).toEqual(without);
        else expect(own).not.toEqual(without);
        expect(own.some((value) => value !== 0)).toBe(true);
      }
    }
    // As `import` does it.
    await storeBase(model, at('trained'), bundle.manifest.digest);
    const kept = await openBundle(folderFetch(at('trained')));
    expect(await kept.cooccurrence()).toEqual(cooccurrence);
    expect(await kept.factors()).toEqual(factors);
  });

  it('counts co-occurrence alone, beside an existing base model, and of the past alone', async () => {
    const out = at('counted');
    await cp(at('bundle'), out, { recursive: true });
    const content = { bytes: new Uint8Array(3), config: baseConfig('sidestream', { embeddingDim: 8 }) };
    const { manifest } = await openBundle(folderFetch(out));
    const { base } = await addLearned(manifest, { base: content }, await folderSink(out));
    const run = await train(out, '--companions-only', '--past', '0.5');
    expect(run.code).toBe(REFUSED);
    expect(run.out).toMatch(
      /Counted 200 events.*\n.*companions-.*kB\n.*factors-.*kB\n.*demand-.*kB\n10 of 40 items have co-occurrence/,
    );
    const bundle = await openBundle(folderFetch(out));
    expect(bundle.manifest.base).toEqual(base);
    const { interactions } = interactionsOf(await readEventFile(events), bundle);
    const past = interactions.slice(0, 200);
    const table = cooccurrenceTable(past, ITEMS);
    expect(await bundle.cooccurrence()).toEqual(stored(table));
    const expected = await factorsOf(past, bundle, { cooccurrence: table, seed: 1 });
    const digest = bundle.manifest.factors?.sha256;
    expect(await bundle.factors()).toEqual({ ...storedFactors(expected), digest });
    expect(await train(at('nowhere'), '--companions-only')).toMatchObject({
      code: 1,
      err: expect.stringContaining('no bundle'),
    });
  });

  it('learns a map of the gradients where many shoppers came later, the same in several processes', async () => {
    // Shoppers who keep to one of four categories; those of the last 40 % of the log are new.
    const rows = Array.from({ length: 140 * 38 }, (_, n) => {
      const user = Math.floor(n / 38);
      return `${1000 + n},u${user},i${(((n * 3) % 10) * 4 + ((user + Math.floor((n % 38) / 10)) % 4)) % ITEMS}`;
    });
    await writeFile(at('long.csv'), `time,user,item\n${rows.join('\n')}\n`);
    await cp(at('bundle'), at('mapped'), { recursive: true });
    const run = (...more: string[]) =>
      train(at('mapped'), '--events', at('long.csv'), '--epochs', '1', '--json', ...more);
    const first = await run('--processes', '2');
    expect(first.err).toMatch(/Training a base model of the first 3192 events/);
    expect(first.err).toMatch(/Map of the experts' gradients: \d+ choices of 56 shoppers; .* so it is (used|left out)/);
    expect(first.err).toContain('(a map is used from -0.05 on, where that is two standard errors below 0)');
    const { map } = lastLine(first.out) as { map: { used: boolean } };
    expect(map).toMatchObject({ shoppers: 56, heldOut: 18, change: { mean: expect.any(Number) } });
    const mapIn = async () => (await (await openBundle(folderFetch(at('mapped')))).factors())?.map;
    expect((await mapIn()) !== undefined).toBe(map.used);
    expect((await readdir(at('mapped'))).filter((name) => name.includes('earlier'))).toEqual([]);
    // The same in one process.
    const learned = async () => {
      const bundle = await openBundle(folderFetch(at('mapped')));
      return [await bundle.base(), await bundle.factors(), await bundle.demand()];
    };
    const inTwo = await learned();
    const alone = await run('--processes', '1');
    expect(await learned()).toEqual(inTwo);
    const { seconds: _, ...result } = lastLine(alone.out) as { seconds: number };
    expect(lastLine(first.out)).toMatchObject(result);
    expect(lastLine((await run('--no-map')).out)).toMatchObject({ map: null });
    expect(await mapIn()).toBeUndefined();
  }, 240_000);

  it('goes on from its checkpoint, and only where nothing has changed', async () => {
    await startCompute('wasm');
    const bundle = await openBundle(folderFetch(at('bundle')));
    const { interactions } = interactionsOf(await readEventFile(events), bundle);
    const config = baseConfig('sidestream', { embeddingDim: 8, maxSeqLen: 5 });
    const said: string[] = [];
    const request = (more: Partial<TrainBaseRequest> = {}): TrainBaseRequest => ({
      config,
      bundle,
      interactions,
      checkpoint: at('cut.safetensors'),
      windows: 2,
      validation: 0.1,
      seed: 1,
      epochs: 3,
      meter: { start: () => {}, advance: () => {}, stop: () => {} },
      say: (line) => said.push(line),
      ...more,
    });
    const whole = await trainBase(request({ checkpoint: at('whole.safetensors') }));
    const interrupted = trainBase(
      request({
        say: (line) => {
          if (line.startsWith('Window 2/2, epoch 3')) throw new Error('the power failed');
        },
      }),
    );
    await expect(interrupted).rejects.toThrow('the power failed');
    await expect(trainBase(request({ resume: true, seed: 2 }))).rejects.toMatchObject({
      code: 'runtime/invalid-input',
      message: expect.stringContaining('not those of the training'),
    });
    said.splice(0);
    const unused: string[] = [];
    const fromTheBeginning = trainBase(
      request({
        onUnused: (after) => {
          unused.push(after);
          throw new Error('seen');
        },
      }),
    );
    await expect(fromTheBeginning).rejects.toThrow('seen');
    expect(unused).toEqual(['window 2, epoch 2']);
    const resumed = await trainBase(request({ resume: true }));
    expect(said).toEqual(['Going on after window 2, epoch 2', expect.stringContaining('Window 2/2, epoch 3')]);
    expect(Object.keys(resumed.weights).sort()).toEqual(Object.keys(whole.weights).sort());
    for (const [name, { values }] of Object.entries(whole.weights)) {
      const again = resumed.weights[name].values;
      expect(Math.max(...values.map((value, i) => Math.abs(value - again[i]))), name).toBeLessThan(1e-3);
    }
    await expect(trainBase(request({ resume: true, checkpoint: at('nowhere') }))).rejects.toMatchObject({
      message: expect.stringContaining('there is no checkpoint'),
    });
    await writeFile(at('cut.safetensors.checkpoint'), encodeSafetensors(whole.weights));
    await expect(trainBase(request({ resume: true }))).rejects.toMatchObject({ code: 'runtime/invalid-input' });
  });

  it('keeps the checkpoint of a training out of the bundle, which may be online, and goes on from there', async () => {
    await cp(at('bundle'), at('online'), { recursive: true });
    const before = await readdir(at('online'));
    const asked = ['--models', at('kept'), '--epochs', '20', '--validation', '0'];
    const { child, ended } = startSidestream(...command(at('online')), ...asked);
    const checkpoints = async (): Promise<string[]> => (existsSync(at('kept')) ? readdir(at('kept')) : []);
    await until('the first epoch ends', async () => (await checkpoints()).some((name) => name.endsWith('.checkpoint')));
    child.kill('SIGINT');
    const { code, err } = await ended;
    expect(code).toBe(130);
    expect(err).toContain('the same command with --resume goes on from there');
    expect(await readdir(at('online'))).toEqual(before);
    const resumed = await train(at('online'), ...asked, '--resume');
    expect(resumed.err).not.toContain('Epoch 1 ');
    expect(resumed.err).toMatch(/Going on after epoch \d/);
    expect(await checkpoints()).toEqual([]);
  });

  it('leaves returns out, and says how many', async () => {
    const rows = Array.from({ length: 40 }, (_, n) => `u${n % 5},i${n % 8},${1000 + n},${n % 4 === 0 ? -1 : 1}`);
    await writeFile(at('returns.csv'), `customer_id,sku,created_at,quantity\n${rows.join('\n')}\n`);
    await cp(at('bundle'), at('returned'), { recursive: true });
    const run = await train(at('returned'), '--events', at('returns.csv'), '--companions-only', '--json');
    expect(run.code).toBe(0);
    expect(run.err).toContain('Left out: 10 returns (quantity of 0 or less)');
    expect(lastLine(run.out)).toMatchObject({ events: 30, returns: 10, refused: 0 });
  });

  it('checks before the training that its result can be written', async () => {
    await writeFile(at('file'), '');
    await mkdir(at('folder.safetensors'));
    const [below, named, models] = await Promise.all([
      train(at('file/in')),
      train(at('folder.safetensors')),
      train(at('new'), '--models', at('file')),
    ]);
    for (const { code, err } of [below, named, models]) {
      expect(code).toBe(1);
      expect(err).toContain('Error (runtime/invalid-input)');
      expect(err).not.toContain('Epoch 1');
    }
    expect(below.err).toContain(`${at('file')} is a file, so no folder can be made there`);
    expect(named.err).toContain('is a folder. Name a file');
    expect(models.err).toContain('--models');
  });

  it('ends with 1 for events that are not there or not of this shop', async () => {
    const strangers = at('strangers.csv');
    await writeFile(strangers, 'time,user,item\n1,u,x\n2,u,y\n');
    const run = (file: string) => sidestream('train', '--bundle', at('bundle'), '--events', file, '--out', at('no'));
    const runs = await Promise.all([run(at('none.csv')), run(strangers)]);
    for (const { code, err } of runs) {
      expect(code).toBe(1);
      expect(err).toContain('runtime/invalid-input');
    }
    expect(runs[1].err).toContain('same item ids');
  });
});

describe('sidestream export and import', () => {
  it('writes features and events that NumPy and torch read', async () => {
    const run = await sidestream(
      'export',
      '--for',
      'torch',
      '--bundle',
      at('bundle'),
      '--events',
      events,
      '--out',
      at('torch'),
    );
    expect(run.out).toContain('40 items and 400 events of 20 users');
    expect([run.code, run.out.includes('Refused: 1 line of the log')]).toEqual([REFUSED, true]);
    const ids = JSON.parse(await readFile(at('torch/items.json'), 'utf8'));
    expect(ids).toHaveLength(ITEMS);
    const lines = (await readFile(at('torch/events.csv'), 'utf8')).trim().split('\n');
    expect(lines.slice(0, 3)).toEqual(['user,item,time', '0,1,1000000', '1,9,1001000']);
    const text = await readFile(at('torch/text.npy'));
    expect(text.length).toBe(128 + 41 * 3 * 6 * 4);
    expect(text.subarray(128, 128 + 3 * 6 * 4).every((byte) => byte === 0)).toBe(true);
  });

  it('takes weights under the reference names, finds their sizes, and refuses others', async () => {
    const trained = await train(at('mine.safetensors'), '--epochs', '1');
    expect(trained.code).toBe(REFUSED);
    const { weights } = decodeSafetensors(await readFile(at('mine.safetensors')));
    await writeFile(at('theirs.safetensors'), encodeSafetensors(weights));
    const bring = (...more: string[]) =>
      sidestream('import', at('theirs.safetensors'), '--bundle', at('bundle'), '--out', at('imported'), ...more);
    expect(await bring()).toMatchObject({ code: 1, err: expect.stringContaining('--heads') });
    expect(await bring('--heads', '3')).toMatchObject({ code: 1, err: expect.stringContaining('3 heads') });
    const run = await bring('--heads', '2');
    expect(run.out).toContain('paper, width 8, 2 blocks, 2 heads, histories of 5');
    const { metadata } = decodeSafetensors(await readFile(at('imported/base.safetensors')));
    expect(JSON.parse(metadata.config)).toMatchObject({ recipe: 'paper', embeddingDim: 8, heads: 2 });

    const { 'multimodal_encoder.com_dense.bias': _, ...rest } = weights;
    await writeFile(at('theirs.safetensors'), encodeSafetensors(rest));
    expect(await bring('--heads', '2')).toMatchObject({
      code: 1,
      err: expect.stringContaining('com_dense.bias" is missing'),
    });
  });
});

it('a .npy file has the header that NumPy writes', () => {
  const bytes = encodeNpy(Float32Array.of(1, 2), [2, 1]);
  expect([...bytes.subarray(0, 8)]).toEqual([0x93, 78, 85, 77, 80, 89, 1, 0]);
  expect(bytes.length).toBe(128 + 8);
  const header = new TextDecoder().decode(bytes.subarray(10, 128));
  expect(header).toMatch(/^\{'descr': '<f4', 'fortran_order': False, 'shape': \(2, 1,\), \} +\n$/);
  expect(new DataView(bytes.buffer).getFloat32(132, true)).toBe(2);
});
