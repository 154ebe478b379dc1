import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readEventFile } from '../../../testing/event-file';
import { openText } from '../../cli/bundler';
import { readPairFile } from '../../cli/bundler/build-cooccurrence';
import { readLog } from './event-log';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
  vi.spyOn(console, 'error').mockImplementation(() => {});
});
afterAll(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

/** Forms of an id in a log: a text, or a JSON number. */
const written = fc.oneof(
  fc.stringMatching(/^[!#-+\--~]([ -!#-+\--~]{0,12}[!#-+\--~])?$/).filter((id) => !id.includes('\\')),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
  // Neighbouring numbers, which rounding makes equal.
  fc.bigInt({ min: 0n, max: 40n }).map((n) => String(2n ** 53n - 20n + n)),
  fc.constantFrom(...['-0', '0', '1000', '1.5', '1.50', '0.1', '1e400', '1']),
);
const isNumber = (id: string): boolean => /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i.test(id);
const ids = fc.uniqueArray(written, { minLength: 1, maxLength: 30 });

const csvOf = (all: readonly string[]): string => `user,item,time\n${all.map((id) => `${id},a,1`).join('\n')}\n`;
const jsonOf = (all: readonly string[]): string =>
  all
    .map((id) => `{"note":"\\"user\\":7","user":${isNumber(id) ? id : JSON.stringify(id)},"item":"a","time":1.5}`)
    .join('\n');

describe('different ids of a log', () => {
  it.each([
    ['csv', 'log.csv', csvOf],
    ['jsonl', 'log.jsonl', jsonOf],
    ['jsonl', 'log.jsonl.gz', jsonOf],
    ['csv', 'log.csv.gz', csvOf],
  ] as const)('stay different, or their lines are refused: %s, %s', async (format, name, textOf) => {
    const path = join(folder, `property-${name}`);
    await fc.assert(
      fc.asyncProperty(ids, async (all) => {
        const text = textOf(all);
        await writeFile(path, name.endsWith('.gz') ? gzipSync(text) : text);
        const { events, rejected } = await readLog(path, openText(path, String));
        const lines = new Set(rejected.map(({ line }) => line));
        const first = format === 'csv' ? 2 : 1;
        const kept = all.filter((_, at) => !lines.has(at + first));
        expect(events).toHaveLength(kept.length);
        // Each id is read exactly as written.
        expect(new Set(events.map(({ user }) => user))).toEqual(new Set(kept));
      }),
      { numRuns: 60 },
    );
  });
});

const UNSAFE = 'write the id in quotes';

describe('a number as an id', () => {
  const read = async (...rows: string[]) => readLog('log.jsonl', [rows.join('\n')]);

  it('beyond 2^53 is refused with line and field, and so is a fraction or -0', async () => {
    const numbers = ['9007199254740993', '-9007199254740993', '1e21', '0.5', '-0'];
    const { events, rejected } = await read(
      ...numbers.map((id) => `{"user":${id},"item":"a","time":1}`),
      '{"user":"u","item":9007199254740993,"time":1}',
      '{"user":9007199254740991,"item":7.0,"time":1,"price":1e2}',
    );
    expect(events).toEqual([{ user: '9007199254740991', item: '7', time: 1000 }]);
    expect(rejected.map(({ line, field }) => `${line} ${field}`)).toEqual([
      ...numbers.map((_, at) => `${at + 1} user`),
      '6 item',
    ]);
    for (const { reason } of rejected) expect(reason).toContain(UNSAFE);
  });

  it('in CSV is refused if a spreadsheet has rounded it, or if it stands for a missing value', async () => {
    const rows = ['1.23457E+15,a,1', 'u,"1,2E+15",1', 'NaN,a,1', 'u,null,1', '9007199254740993,a,1'];
    const { events, rejected } = await readLog('log.csv', [`user,item,time\n${rows.join('\n')}`]);
    expect(events.map(({ user }) => user)).toEqual(['9007199254740993']);
    expect(rejected.map(({ line, field }) => [line, field])).toEqual([
      [2, 'user'],
      [3, 'item'],
      [4, 'user'],
      [5, 'item'],
    ]);
    expect(rejected[0]?.reason).toContain('export the column as text');
  });

  it('is refused in links and orders, too', async () => {
    const path = join(folder, 'orders.jsonl');
    const columns = { left: ['order'], right: ['sku'] };
    const rows = ['9007199254740992', '9007199254740993'].map((order) => `{"Order":${order},"sku":"a"}`);
    await writeFile(path, ['{"order":"1","sku":"a"}', ...rows].join('\n'));
    const shown = vi.mocked(console.error);
    shown.mockClear();
    expect(await readPairFile(path, columns)).toEqual([{ left: '1', right: 'a', type: '' }]);
    expect(shown.mock.calls.flat()).toEqual([
      expect.stringMatching(/2 rows, such as line 2, field Order: .*in quotes/),
    ]);
  });
});

describe('a log in another encoding', () => {
  const csv = 'user,item,time\nmüller,a,1\nmöller,a,1\n';
  const read = async (content: Uint8Array, name: string) => {
    const path = join(folder, name);
    await writeFile(path, content);
    return readEventFile(path);
  };

  it('is refused with its line and what to do, in the first bytes or far behind them', async () => {
    await expect(read(Buffer.from(csv, 'latin1'), 'latin1.csv')).rejects.toMatchObject({
      code: 'runtime/invalid-input',
      message: expect.stringMatching(/latin1\.csv, line 2, is not valid UTF-8\. Save the file as UTF-8/),
    });
    const long = `user,item,time\n${'ü,a,1\n'.repeat(40_000)}`;
    const whole = Buffer.concat([Buffer.from(long), Buffer.from('möller,a,1\n', 'latin1'), Buffer.from('u,a,1\n')]);
    await expect(read(whole, 'long.csv')).rejects.toThrow('line 40002, is not valid UTF-8');
    await expect(read(gzipSync(whole), 'long.csv.gz')).rejects.toThrow('line 40002, is not valid UTF-8');
    await expect(read(Buffer.from(csv, 'utf8').subarray(0, 17), 'cut.csv')).rejects.toThrow('line 2, is not valid');
  });

  it('is read if it is UTF-16 with a byte order mark, or UTF-8 with a sign for lost characters', async () => {
    const { events } = await read(Buffer.from(`\uFEFF${csv}`, 'utf16le'), 'utf16.csv');
    expect(new Set(events.map(({ user }) => user))).toEqual(new Set(['müller', 'möller']));
    expect((await read(Buffer.from('user,item,time\n\uFFFD,a,1\n'), 'sign.csv')).events).toHaveLength(1);
  });

  it('is refused as orders, too', async () => {
    const path = join(folder, 'latin1-orders.csv');
    await writeFile(path, Buffer.from('order;sku\n1;für\n', 'latin1'));
    await expect(readPairFile(path, { left: ['order'], right: ['sku'] })).rejects.toThrow('line 2, is not valid UTF-8');
  });
});
