import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countCooccurrence, type Item } from '../../../src/core/catalog';
import { seededRandom } from '../../../src/core/common/random';
import { makeItem } from '../../../testing/bundles';
import { readLog } from '../../shop/logs/event-log';
import { inWords, openDatabase, withDatabase } from './duckdb';
import { type PrepareRequest, prepareLog } from './prepare';
import { readPrepared } from './prepared-folder';
import { demandWithout, openPrepared, withTables } from './prepared-log';
import { preparedCooccurrence } from './prepared-pairs';
import { KEPT, settingsStatement, statementOf } from './statements';

let folder: string;
let runs = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
});
afterAll(() => rm(folder, { recursive: true }));

const at = (name: string): string => join(folder, name);
const silent = { start() {}, advance() {}, stop() {} };

async function prepare(events: string | string[], items: Item[] = [], more: Partial<PrepareRequest> = {}) {
  const out = at(`out${runs++}`);
  const said: string[] = [];
  const request = { events: [events].flat(), items, out, meter: silent, say: (line: string) => void said.push(line) };
  const prepared = await prepareLog({ ...request, ...more });
  return { prepared, said, out: more.out ?? out };
}

/** Writes a file. @returns its path */
async function file(name: string, content: string | Uint8Array): Promise<string> {
  await writeFile(at(name), content);
  return at(name);
}

/** Writes the result of a query as Parquet or CSV. */
async function copied(name: string, query: string, options = ''): Promise<string> {
  await withDatabase((connection) => connection.run(`COPY (${query}) TO '${at(name)}' ${options}`));
  return at(name);
}

const ITEMS = 30;
const items = Array.from({ length: ITEMS }, (_, n) => makeItem(`i${String(n).padStart(2, '0')}`));
/** Ids that databases and JavaScript sort differently. */
const NAMES = ['\u{1F600}', '\uFF5E', '\uE000', 'é', 'z', 'Z', 'u 1'];

/** A log whose shoppers often choose several products at one time, and repeat lines. */
function randomLog(seed: number, events: number): string {
  const random = seededRandom(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const lines = Array.from({ length: events }, () => {
    const shopper = random() < 0.3 ? NAMES[below(NAMES.length)] : `s${below(12)}`;
    const type = ['view', 'purchase', '', 'cart'][below(4)];
    return `${shopper},${items[Math.floor(ITEMS * random() ** 2)].id},${1_700_000_000 + 1800 * below(events / 4)},${type}`;
  });
  return `user,item,time,type\n${lines.join('\n')}\n`;
}

const events = (out: string, columns: string) =>
  withTables(out, async (connection) =>
    (await connection.runAndReadAll(`SELECT ${columns} FROM choices ORDER BY place`)).getRows(),
  );

describe('the statements', () => {
  it.each([1, 2, 3])('order and count as the code for pages does, seed %i', async (seed) => {
    const text = randomLog(seed, 600);
    const log = await readLog('log.csv', [text]);
    const { out, prepared } = await prepare(await file(`random${seed}.csv`, text), items);
    const numbers = new Map<string, number>();
    for (const { user } of log.events) if (!numbers.has(user)) numbers.set(user, numbers.size);
    const rows = new Map(items.map(({ id }, row) => [id, row]));
    const rowAt = (item: string): number => rows.get(item) ?? -1;
    const expected = log.events.map(({ user, item, time, type }) => [
      numbers.get(user),
      rowAt(item),
      time,
      type ?? null,
    ]);
    expect(await events(out, 'shopper, item, CAST(time AS DOUBLE), type')).toEqual(expected);
    const read = await openPrepared(out, items);
    const sequences = [...numbers.keys()].map((user) =>
      log.events.filter((event) => event.user === user).map(({ item }) => rowAt(item)),
    );
    expect(sequences.map((_, n) => [...read.rows.subarray(read.offsets[n], read.offsets[n + 1])])).toEqual(sequences);
    const whole = countCooccurrence(ITEMS, sequences);
    const without = countCooccurrence(
      ITEMS,
      sequences.filter((_, shopper) => shopper !== 3 && shopper !== 5),
    );
    for (const [table, counted] of [
      [await preparedCooccurrence(read), whole],
      [await preparedCooccurrence(read, [3, 5]), without],
    ]) {
      expect([...table.offsets]).toEqual([...counted.offsets]);
      expect([...table.rows]).toEqual([...counted.rows]);
      for (const [n, lift] of table.lifts.entries()) expect(Math.abs(lift - counted.lifts[n])).toBeLessThan(1e-6);
    }
    expect(prepared).toMatchObject({ events: 600, shoppers: numbers.size, products: ITEMS, pairs: whole.rows.length });
  });

  it.each([5, 6])('add later events as if all had been there, seed %i', async (seed) => {
    const [header, ...lines] = randomLog(seed, 600).trim().split('\n');
    const timeOf = (line: string): number => Number(line.split(',')[2]);
    const middle = lines.map(timeOf).sort((a, b) => a - b)[400];
    const part = (name: string, keep: (time: number) => boolean) =>
      file(`${name}${seed}.csv`, [header, ...lines.filter((line) => keep(timeOf(line)))].join('\n'));
    const all = await part('all', () => true);
    const whole = await prepare(all, items);
    const before = await prepare(await part('before', (time) => time <= middle), items);
    const first = await openPrepared(before.out, items);
    const after = await part('after', (time) => time > middle);
    const { prepared } = await prepare([after], items, { out: before.out, continues: true });
    expect(prepared).toMatchObject({ ...whole.prepared, digest: expect.any(String), notes: expect.any(Array) });
    const choices = 'shopper, item, time, type, place, step, first, tied';
    expect(await events(before.out, choices)).toEqual(await events(whole.out, choices));
    for (const [table, order] of [
      ['pairs', 'item, rank'],
      ['repeats', 'item'],
      ['products', 'number'],
      ['known', 'number'],
    ]) {
      const rows = (out: string) =>
        withDatabase(async (connection) => {
          const sql = `SELECT * ${table === 'products' ? 'EXCLUDE recent' : ''} FROM '${join(out, table)}.parquet' ORDER BY ${order}`;
          return (await connection.runAndReadAll(sql)).getRows();
        });
      expect(await rows(before.out)).toEqual(await rows(whole.out));
    }
    // The earlier demand has faded by the new choices, with the half-life of the longer log.
    const { demand } = await openPrepared(before.out, items);
    const [count, older] = [prepared.events, first.events];
    const expected = first.demand.recent.map((recent) => recent * 2 ** ((older - count) / (count / 4)));
    for (const [item, place] of await events(before.out, 'item, place'))
      if (Number(place) >= older) expected[Number(item)] += 2 ** ((Number(place) + 1 - count) / (count / 4));
    for (const [row, recent] of demand.recent.entries()) expect(recent).toBeCloseTo(expected[row], 3);
    // Events that the tables already have are not added again.
    const again = await prepare([all], items, { out: before.out, continues: true });
    expect(again.prepared).toEqual(prepared);
    expect(again.said).toContainEqual(expect.stringContaining('nothing was added'));
    await expect(prepare([after], items, { out: before.out, continues: true, seed: 9 })).rejects.toThrow(
      /another seed/,
    );
  });

  it('are continued after an interruption, with the same result', async () => {
    const log = await file('interrupted.csv', randomLog(7, 400));
    const whole = await prepare(log, items);
    const out = at('resumed');
    for (const stage of ['Table places', 'Table pairs', 'Files']) {
      const start = (label: string): void => {
        if (label === stage) throw new Error('interrupted');
      };
      const stopped = prepare(log, items, { out, resume: true, meter: { ...silent, start } });
      await expect(stopped).rejects.toThrow('interrupted');
      await expect(readPrepared(out)).rejects.toThrow(/no prepared log/);
    }
    const labels: string[] = [];
    const start = (label: string): void => void labels.push(label);
    const { prepared } = await prepare(log, items, { out, resume: true, meter: { ...silent, start } });
    expect(labels).toEqual(['Files']);
    expect(prepared).toEqual(whole.prepared);
    const { said } = await prepare(log, items, { out, resume: true });
    expect(said).toContainEqual(expect.stringContaining('no interrupted preparation'));
  });

  it('are continued in the same parts with other memory, and read again if the reading was cut off', async () => {
    const log = await file('cut.csv', randomLog(8, 400));
    const whole = await prepare(log, items);
    const out = at('cut');
    const stopAt = (stage: string) => ({
      ...silent,
      start(label: string) {
        if (label === stage) throw new Error('interrupted');
      },
    });
    await expect(prepare(log, items, { out, resume: true, meter: stopAt('Table pairs') })).rejects.toThrow();
    // As if the memory had allowed only every third item at a time, and one of these parts was done.
    const work = join(`${out}.part`, 'work');
    const database = await openDatabase(1e9, 1, work);
    const settings = { seed: 1, shoppers: null, min_shoppers: 1, most: 256, half_life: 0.25, earlier_events: 0 };
    await database.connection.run(settingsStatement(settings, 0, 3));
    await database.connection.run(`CREATE TABLE pairs AS ${await statementOf('pairs')}`);
    await database.connection.run("INSERT INTO done VALUES ('pairs', 3)");
    database.close();
    const { prepared } = await prepare(log, items, { out, resume: true });
    expect(prepared).toEqual(whole.prepared);
    // A process that is killed while it reads leaves some events.
    const other = at('killed');
    await expect(prepare(log, items, { out: other, resume: true, meter: stopAt('Table shoppers') })).rejects.toThrow();
    await rm(join(`${other}.part`, 'work', 'log.json'));
    const killed = await openDatabase(1e9, 1, join(`${other}.part`, 'work'));
    await killed.connection.run('DELETE FROM done');
    killed.close();
    expect((await prepare(log, items, { out: other, resume: true })).prepared).toEqual(whole.prepared);
  });

  it('count the same in parts', async () => {
    const { out } = await prepare(await file('parts.csv', randomLog(4, 400)), items);
    const { connection, close } = await openDatabase(1e9, 1);
    const settings = { seed: 1, shoppers: null, min_shoppers: 2, most: 4, half_life: 0.25, earlier_events: 0 };
    const pairs = async (parts: number) => {
      const sql = await statementOf('pairs');
      const rows = [];
      for (let part = 0; part < parts; part++) {
        await connection.run(settingsStatement(settings, part, parts));
        rows.push(...(await connection.runAndReadAll(sql)).getRows());
      }
      return rows.map((row) => row.join()).sort();
    };
    await connection.run(`CREATE TABLE choices AS SELECT * FROM '${join(out, 'choices.parquet')}/*.parquet'`);
    await connection.run(`CREATE TABLE products AS SELECT * FROM '${join(out, 'products.parquet')}'`);
    for (const table of ['choices', 'pairs'] as const)
      await connection.run(`CREATE TABLE earlier_${table} (${KEPT[table]})`);
    await connection.run(settingsStatement(settings, 0, 1));
    await connection.run(`CREATE TABLE neighbours AS ${await statementOf('neighbours')}`);
    const whole = await pairs(1);
    expect(whole).toHaveLength(4 * ITEMS);
    expect(await pairs(3)).toEqual(whole);
    close();
  });

  it('count demand and repeat purchases', async () => {
    const day = (n: number): string => `2026-01-0${n}T12:00:00Z`;
    const lines = [
      ...[`u,a,${day(1)},order`, `u,a,2026-01-01T12:10:00Z,order`, `u,a,${day(2)},Order`, `u,b,${day(3)},order`],
      `v,b,${day(4)},view`,
    ];
    const log = await file('demand.csv', `user,item,time,type\n${lines.join('\n')}\n`);
    const { out } = await prepare(log, [makeItem('a'), makeItem('b')]);
    const { demand } = await openPrepared(out, [makeItem('b'), makeItem('a')]);
    expect(demand.repeats).toBe(1 / 3);
    expect([...demand.choices]).toEqual([2, 3]);
    expect(demand.recent[0]).toBeCloseTo(1 + 2 ** (-4 / 5), 6);
  });

  it('take a sample of shoppers, the same every time, and the first share of the log', async () => {
    const log = await file('sample.csv', randomLog(5, 400));
    const [one, two] = [await prepare(log, items, { shoppers: 5 }), await prepare(log, items, { shoppers: 5 })];
    expect(one.prepared.shoppers).toBe(5);
    expect(one.prepared).toEqual(two.prepared);
    expect((await prepare(log, items, { shoppers: 5, seed: 2 })).prepared.digest).not.toBe(one.prepared.digest);
    const half = await prepare(log, items, { past: 0.5 });
    expect(half.prepared.until).toBeGreaterThan(half.prepared.lastTime);
    expect(half.prepared.events).toBeGreaterThan(180);
    expect(half.prepared.events).toBeLessThanOrEqual(200);
  });
});

describe('a prepared log', () => {
  it('has the strength of each choice, and no events that are no choices', async () => {
    const rows = [
      "('u', 'a', 1, 'view')",
      "('u', 'b', 2, 'Add To Cart')",
      "('u', 'b', 3, 'view_item_list')",
      "('u', 'c', 4, NULL)",
    ];
    const values = `(VALUES ${rows.join(', ')}) AS log("user", item, time, type)`;
    for (const path of [
      await copied('types.parquet', `SELECT * FROM ${values}`),
      await copied('types.csv', `SELECT * FROM ${values}`, '(FORMAT csv)'),
    ]) {
      const { out, said } = await prepare(path);
      expect(said).toContain('Left out, because it is no choice: 1 event, such as an impression');
      const log = await openPrepared(out, [makeItem('a'), makeItem('b'), makeItem('c')]);
      expect([...(log.strengths ?? [])]).toEqual([0.5, 2, 1]);
      expect((await openPrepared(out, [makeItem('a')])).strengths).toBeUndefined();
    }
  });

  it('knows what shoppers were shown and never chose, if impressions are read so', async () => {
    const rows = [
      "('u', 'a', 1, 'click', 1)",
      "('u', 'b', 1, 'view_item_list', 1)",
      "('u', 'c', 1, 'Impression', 1)",
      "('u', 'c', 2, 'impression', 1)",
      "('u', 'a', 3, 'impression', 1)",
      "('u', 'd', 3, 'remove_from_cart', 1)",
      "('v', 'b', 4, NULL, 1)",
      "('v', 'c', 5, 'purchase', 1)",
      "('v', 'd', 5, 'purchase', 1)",
      // Nobody chose it.
      "('v', 'e', 5, 'impression', 1)",
      "('w', 'a', 5, 'impression', 1)",
    ];
    const values = `(VALUES ${rows.join(', ')}) AS log("user", item, time, type, quantity)`;
    const known = ['a', 'b', 'c', 'd', 'e'].map((id) => makeItem(id));
    for (const path of [
      await copied('shown.parquet', `SELECT * FROM ${values}`),
      await copied('shown.csv', `SELECT * FROM ${values}`, '(FORMAT csv)'),
    ]) {
      const { out, said } = await prepare(path, [], { impressions: 'passed-over' });
      expect(said).toContain('Left out, because it is no choice: 1 event, such as an impression');
      expect(said).toContain('Shown and passed over: 2 items of all shoppers together');
      expect((await openPrepared(out, known)).passed).toEqual([[1, 2], []]);
      expect((await openPrepared((await prepare(path)).out, known)).passed).toBeUndefined();
      // The shopper chooses one of them later, and is shown another.
      const later = await file('shown-later.csv', 'user,item,time,type,quantity\nu,b,9,click,1\nu,d,9,impression,1\n');
      await prepare(later, [], { out, continues: true, impressions: 'passed-over' });
      expect((await openPrepared(out, known)).passed).toEqual([[2, 3], []]);
      expect((await openPrepared(out, known, 8000)).passed).toEqual([[2, 3]]);
    }
  });

  it('uses no impression after the first share of the log, and says if a log has nothing else', async () => {
    const head = 'user,item,time,type';
    const lines = ['u,a,1,click', 'u,b,2,click', 'v,c,3,click', 'u,c,8,impression', 'v,a,8,click'];
    const known = ['a', 'b', 'c'].map((id) => makeItem(id));
    const past = await file('shown-past.csv', [head, ...lines, 'u,a,9,click', 'v,b,9,click'].join('\n'));
    const options = { impressions: 'passed-over', past: 0.5 } as const;
    expect((await openPrepared((await prepare(past, [], options)).out, known)).passed).toBeUndefined();
    const only = await file('shown-only.csv', `${head}\nu,a,1,impression\n`);
    await expect(prepare(only, [], { impressions: 'passed-over' })).rejects.toThrow('all of its lines are returns');
  });

  it('publishes nothing about products and pairs of too few shoppers', async () => {
    const lines = ['u,a,1', 'u,b,2', 'u,c,3', 'v,a,4', 'v,b,5', 'w,a,6', 'w,c,7', 'w,b,8'];
    const { out } = await prepare(await file('few.csv', `user,item,time\n${lines.join('\n')}\n`), [], {
      minShoppers: 3,
    });
    const log = await openPrepared(out, [makeItem('a'), makeItem('b'), makeItem('c')]);
    // Two shoppers chose c.
    expect([...log.demand.choices]).toEqual([3, 3, 0]);
    expect([...log.rows]).toEqual([0, 1, 0, 1, 0, 1]);
    const table = await preparedCooccurrence(log);
    expect([...table.offsets]).toEqual([0, 1, 2, 2]);
    expect([...table.rows]).toEqual([1, 0]);
  });

  it('reads only the choices after a time, and knows who had others before', async () => {
    const lines = ['u,a,1', 'v,b,2', 'u,b,3', 'w,a,4', 'w,b,5'];
    const { out } = await prepare(await file('later.csv', `user,item,time\n${lines.join('\n')}\n`));
    const log = await openPrepared(out, [makeItem('a'), makeItem('b')], 2000);
    expect([[...log.offsets], [...log.rows], [...log.places], [...log.shopperOf]]).toEqual([
      [0, 1, 3],
      [1, 0, 1],
      [0, 1, 2],
      [0, 2],
    ]);
    expect([...log.known]).toEqual([0]);
    expect([...log.demand.choices]).toEqual([2, 3]);
    const { choices, recent } = demandWithout(log, [1]);
    expect([...choices]).toEqual([1, 2]);
    expect(recent[0]).toBeLessThan(log.demand.recent[0]);
  });

  it('leaves out items that the bundle lacks, and shoppers who chose nothing else', async () => {
    const lines = ['v,x,1', 'u,b,2', 'u,x,3', 'u,a,4', 'w,a,5', 'w,y,6'];
    const { out } = await prepare(await file('unknown.csv', `user,item,time\n${lines.join('\n')}\n`));
    const log = await openPrepared(out, [makeItem('a'), makeItem('b'), makeItem('c')]);
    expect([log.offsets, log.rows, log.places, log.shopperOf].map((values) => [...values])).toEqual([
      ...[
        [0, 2, 3],
        [1, 0, 0],
        [0, 1, 2],
      ],
      [1, 2],
    ]);
    expect([...log.times]).toEqual([2000, 4000, 5000]);
    expect([log.unknown, log.unknownIds]).toEqual([3, ['x', 'y']]);
    await expect(openPrepared(out, [makeItem('c')])).rejects.toThrow('do events and catalogue use the same item ids?');
  });

  it('counts the choices of a variant for its product, also by title', async () => {
    const variants = ['S', 'M'].map((size) => makeItem(`shirt-${size}`, { title: 'Shirt', group: 'shirt' }));
    const all = [...variants, makeItem('hat', { title: 'Hat' })];
    const lines = ['u,shirt-M,1,', 'u,none,2,Hat - Red', 'u,hat,3,'];
    const csv = await file('variants.csv', `user,item,time,title\n${lines.join('\n')}\n`);
    const parquet = await copied(
      'variants.parquet',
      "SELECT * FROM (VALUES (7, 'shirt-M', 1, NULL), (7, 'none', 2, 'Hat - Red'), (7, 'hat', 3, NULL)) AS log(user_id, sku, ts, title)",
    );
    for (const path of [csv, parquet]) {
      const { out, said } = await prepare(path, all);
      const { rows, unknown } = await openPrepared(out, [variants[0], all[2]]);
      expect([[...rows], unknown]).toEqual([[0, 1, 1], 0]);
      expect(said).toContain('The items of 1 event were found by their title, because the bundle lacks their id');
    }
  });

  it('replaces an earlier one, and no other folder', async () => {
    const log = await file('again.csv', 'user,item,time\nu,a,1\nu,b,2\n');
    const { out } = await prepare(log);
    await prepare(log, [], { out, seed: 2 });
    expect((await readPrepared(out)).seed).toBe(2);
    await mkdir(at('full'));
    await writeFile(at('full/notes.txt'), 'mine');
    await expect(prepare(log, [], { out: at('full') })).rejects.toThrow('the folder has other files (notes.txt)');
    await writeFile(join(out, 'prepared.json'), '{"version":2}');
    await expect(openPrepared(out, items)).rejects.toThrow('not of this version of Sidestream (version');
    await expect(openPrepared(at('full'), items)).rejects.toThrow('There is no prepared log in');
  });

  it('may have tables of several files, as Spark writes them, but must be whole', async () => {
    const { out } = await prepare(await file('spark.csv', randomLog(6, 200)), items);
    const before = await openPrepared(out, items);
    await rename(join(out, 'choices.parquet'), join(out, 'all.parquet'));
    await mkdir(join(out, 'choices.parquet'));
    for (const half of [1, 0])
      await withDatabase((connection) =>
        connection.run(`
          COPY (SELECT * FROM '${join(out, 'all.parquet')}' WHERE step % 2 = ${half} ORDER BY item)
          TO '${join(out, 'choices.parquet', `${half}.parquet`)}'`),
      );
    expect(await openPrepared(out, items)).toEqual(before);
    await rm(join(out, 'pairs.parquet'));
    await expect(openPrepared(out, items)).rejects.toThrow('is not whole');
  });
});

describe('files of a log', () => {
  const CSV = 'user,item,time,type\nu,a,1,view\nu,b,2,order\n';

  it('may be text, gzip or Parquet, in folders or by a pattern', async () => {
    await mkdir(at('logs/deep'), { recursive: true });
    const values = "(VALUES ('u', 'a', 1, 'view'), ('u', 'b', 2, 'order')) AS log(\"user\", item, time, type)";
    const paths = [
      await file('logs/one.csv', CSV),
      await file('logs/deep/two.csv.gz', gzipSync(CSV)),
      await copied('logs/four.parquet', `SELECT * FROM ${values}`),
      await file(
        'logs/five.jsonl',
        '{"user":"u","item":"a","time":1,"type":"view"}\n{"user":"u","item":"b","time":2,"type":"order"}\n',
      ),
    ];
    const prepared = await Promise.all(paths.map(async (path) => (await prepare(path)).prepared));
    expect(new Set(prepared.map(({ digest }) => digest)).size).toBe(1);
    expect(prepared[0].events).toBe(2);
    expect((await prepare(at('logs'))).prepared.events).toBe(8);
    const some = await prepare([at('logs/**/*.csv*'), at('logs/one.csv')]);
    expect(some.prepared.events).toBe(4);
    expect(some.said.join()).toContain('Warning: 2 lines of 4 repeat an earlier line');
  });

  it.each([
    ['TIMESTAMP', "TIMESTAMP '2026-01-31 12:00:00.5'", Date.UTC(2026, 0, 31, 12, 0, 0, 500)],
    ['with a zone', "TIMESTAMPTZ '2026-01-31 12:00:00+02'", Date.UTC(2026, 0, 31, 10)],
    ['DATE', "DATE '2026-01-31'", Date.UTC(2026, 0, 31)],
    ['seconds', '1700000000', 1_700_000_000_000],
    ['fractions', '1700000000.25::DOUBLE', 1_700_000_000_250],
    ['milliseconds', '1700000000123', 1_700_000_000_123],
  ])('of Parquet may have times as %s', async (name, time, expected) => {
    const path = await copied(`time-${name}.parquet`, `SELECT 1 AS "user", 2 AS item, ${time} AS time`);
    expect((await prepare(path)).prepared.firstTime).toBe(expected);
  });

  it('have lines that are refused, and returns', async () => {
    const rows = [
      ...["('u', 'a', 1, 1)", "('', 'a', 1, 1)", "(NULL, 'a', 1, 1)", "('u', 'nan', 1, 1)", "('u', 'a', -1, 1)"],
      ...["('u', 'a', 20260131, 1)", "('u', 'a', NULL, 1)", "('u', 'b', 2, -1)", "('u', 'b', 2, 0)"],
    ];
    const values = `(VALUES ${rows.join(', ')}) AS log("user", item, time, quantity)`;
    const parquet = await prepare(await copied('refused.parquet', `SELECT * FROM ${values}`));
    const csv = await prepare(await copied('refused.csv', `SELECT * FROM ${values}`, '(FORMAT csv)'));
    for (const { prepared, said } of [parquet, csv]) {
      expect(prepared).toMatchObject({ events: 1, refused: 6, returns: 2 });
      expect(said.join('\n')).toMatch(/2 rows, such as line [23], field user: is empty/);
      expect(said.join('\n')).toMatch(/line [67], field time: (20260131 )?may be a day or a number of seconds/);
      expect(said).toContain('Left out: 2 returns (quantity of 0 or less)');
    }
  });

  it.each([
    ['nowhere.csv', null, 'The events cannot be read: ENOENT'],
    ['none*.csv', null, /No file matches .*none\*\.csv/],
    ['cut.csv.gz', gzipSync(CSV).subarray(0, 40), 'is the file whole'],
    ['cut.parquet', Buffer.from('PAR1 and no more'), /cut\.parquet is not read as Parquet.* Is the file whole\?/],
    ['log.csv.zst', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 1, 2]), 'is compressed with zstd. Decompress it first'],
    ['who.csv', 'who,item,time\nu,a,1\n', 'has no usable event. line 1, field user: there is no such column'],
    ['empty.csv', '', 'is empty. Write a log with'],
    ['array.json', '[{"user":"u"}]', 'is one JSON array'],
    ['book.csv', 'PK\u0003\u0004 and more', 'is a ZIP archive'],
    ['returns.csv', 'user,item,time,quantity\nu,a,1,-1\n', 'all of its lines are returns'],
  ])('are refused in words: %s', async (name, content, message) => {
    if (content !== null) await file(name, content);
    const out = at(`refused-${name.replace('*', '')}`);
    const expected = typeof message === 'string' ? new RegExp(message.replaceAll('.', '\\.'), 'i') : message;
    await expect(prepare(at(name), [], { out })).rejects.toMatchObject({
      code: 'runtime/invalid-input',
      message: expect.stringMatching(expected),
    });
    expect((await readdir(folder)).filter((left) => left.includes(`refused-${name.replace('*', '')}`))).toEqual([]);
  });

  it('are refused without a column, or with one of a wrong type', async () => {
    const without = await copied('without.parquet', "SELECT 'u' AS \"user\", 1 AS time, 'x' AS note");
    await expect(prepare(without)).rejects.toThrow(
      /without\.parquet, field item: there is no such column; .* The columns found are user, time, note/,
    );
    const wrong = await copied('wrong.parquet', 'SELECT \'u\' AS "user", 1.5 AS item, 1 AS time');
    await expect(prepare(wrong)).rejects.toThrow(
      'the column item (item) has the type DECIMAL(2,1), but must be a text or a whole number',
    );
    const text = await copied('text.parquet', "SELECT 'u' AS \"user\", 'a' AS item, '2026' AS time");
    await expect(prepare(text)).rejects.toThrow('(time) has the type VARCHAR, but must be a timestamp');
  });

  it('must have the same columns', async () => {
    const [typed, bare] = [await file('typed.csv', CSV), await file('bare.csv', 'visitor,sku,date\nu,a,1\n')];
    await expect(prepare([typed, bare])).rejects.toThrow(
      `${bare} has columns for item, time, user, but ${typed} for item, time, type, user.`,
    );
    const parquet = await copied('bare.parquet', "SELECT 'u' AS \"user\", 'a' AS item, 1 AS time");
    await expect(prepare([typed, parquet])).rejects.toThrow('Export both with the same columns');
  });
});

it('says in words that disk or memory are used up', async () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  expect(inWords(full, '/shop')).toMatchObject({ message: expect.stringContaining('The disk of /shop is full') });
  const memory = new Error('Out of Memory Error: failed to allocate data');
  expect(inWords(memory, '/shop')).toMatchObject({ message: expect.stringContaining('--memory') });
  await expect(prepare(await file('little.csv', 'user,item,time\nu,a,1\n'), [], { memory: 1e6 })).rejects.toThrow(
    'at least 800MB',
  );
});

it('writes its statements with a comment that names their columns', async () => {
  const names = await readdir(new URL('./sql/', import.meta.url));
  for (const name of names) {
    const sql = await readFile(new URL(`./sql/${name}`, import.meta.url), 'utf8');
    expect(sql).toMatch(/^(-- .*\n)+-- Columns: (.*\n-- )*.*\nSELECT /);
    expect(sql.match(/;/g)?.filter((_, n) => n > 0 && !sql.startsWith('--')) ?? []).toEqual([]);
  }
});
