import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/core/common/random';
import { makeItem } from '../../../testing/bundles';
import { isNightly } from '../../../testing/nightly';
import { withDatabase } from './duckdb';
import { prepareLog } from './prepare';
import { readPrepared, tableFiles } from './prepared-folder';
import { KEPT } from './statements';

const hasSpark = (): boolean => spawnSync('python3', ['-c', 'import pyspark']).status === 0;
const EXAMPLE = fileURLToPath(new URL('../../../examples/spark/prepare.py', import.meta.url));
const STATEMENTS = fileURLToPath(new URL('./sql', import.meta.url));
const items = Array.from({ length: 40 }, (_, n) => makeItem(`i${n}`));
let folder: string;

describe.skipIf(!isNightly || !hasSpark())('the tables of Spark (at night, if PySpark is installed)', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('are those of DuckDB, row by row', async () => {
    const events = join(folder, 'events.csv');
    const random = seededRandom(1);
    // Many events share their time, and shoppers repeat what they choose.
    const lines = Array.from({ length: 3000 }, () => {
      const [shopper, item, hour, isBought] = [60, 40, 500, 4].map((n) => Math.floor(n * random()));
      return `u${shopper},i${item},${1_700_000_000 + 3600 * hour},${['purchase', 'view_item_list', 'view', 'view'][isBought]}`;
    });
    await writeFile(events, `user,item,time,type\n${lines.join('\n')}\n`);
    const [duckdb, spark] = ['duckdb', 'spark'].map((name) => join(folder, name));
    const meter = { start() {}, advance() {}, stop() {} };
    await prepareLog({
      events: [events],
      items,
      out: duckdb,
      minShoppers: 2,
      impressions: 'passed-over',
      meter,
      say: () => {},
    });
    const options = [
      '--events',
      events,
      '--format',
      'csv',
      '--type',
      'type',
      '--min-shoppers',
      '2',
      '--impressions',
      'passed-over',
    ];
    const run = spawnSync('python3', [EXAMPLE, ...options, '--out', spark, '--sql', STATEMENTS], {
      encoding: 'utf8',
      // By default, every stage of a small log has 200 tasks.
      env: { ...process.env, PYSPARK_SUBMIT_ARGS: '--conf spark.sql.shuffle.partitions=2 pyspark-shell' },
    });
    expect(run.status, run.stderr).toBe(0);
    const { notes: _, ...about } = await readPrepared(duckdb);
    expect(await readPrepared(spark)).toMatchObject(about);
    await withDatabase(async (connection) => {
      for (const table of Object.keys(KEPT)) {
        const [ours, theirs] = await Promise.all(
          [duckdb, spark].map(async (out) => `SELECT * FROM read_parquet('${await tableFiles(out, table)}')`),
        );
        for (const query of [`${ours} EXCEPT ALL ${theirs}`, `${theirs} EXCEPT ALL ${ours}`]) {
          const differing = await connection.runAndReadAll(query);
          expect(differing.getRowObjects().slice(0, 3), table).toEqual([]);
        }
      }
    });
  }, 600_000);
});
