import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Bundle, openBundle, writeBundle } from '../../../src/core/catalog';
import { bundleContent, makeItem, memoryBundle } from '../../../testing/bundles';
import type { Progress } from '../session';
import { readLogFile } from './read-log';

let bundle: Bundle;
beforeAll(async () => {
  const { sink, fetchFile } = memoryBundle();
  await writeBundle(await bundleContent(['a', 'b'].map((id) => makeItem(id))), sink);
  bundle = await openBundle(fetchFile);
});

const CSV = [
  'email,item,time,type',
  'ann@example.com,a,2026-01-02,purchase',
  'bob@example.com,b,2026-01-01,view',
  'ann@example.com,gone,2026-01-03,purchase',
  'bob@example.com,a,yesterday,view',
  'bob@example.com,b,tomorrow,view',
].join('\n');
const read = async (content: string | Uint8Array<ArrayBuffer>, name = 'log.csv') => {
  const progress: Progress[] = [];
  const { report, events } = await readLogFile(new File([content], name), {}, bundle, (now) => progress.push(now));
  return { report, events, progress };
};

it('reads the log as the command line does, and keeps nothing personal', async () => {
  const { report, events, progress } = await read(CSV);
  expect(report).toEqual({
    file: 'log.csv',
    events: 3,
    shoppers: 2,
    from: Date.UTC(2026, 0, 1),
    until: Date.UTC(2026, 0, 3),
    unknown: 1,
    unknownNote: '1 event is about items that are not in the bundle, such as "gone"; left out',
    refused: [expect.stringMatching(/^2 rows, such as .*line 5, field time: /)],
    refusedCount: 2,
    notes: [expect.stringMatching(/^Columns: user = email, /), expect.stringMatching(/^Warning: 2 events; from fewer/)],
  });
  expect(JSON.stringify(events)).not.toContain('example');
  const [bob, ann, again] = events;
  expect([bob.item, ann.item, again.item, ann.type]).toEqual(['b', 'a', 'gone', 'purchase']);
  expect(ann.user).toBe(again.user);
  expect(ann.user).not.toBe(bob.user);
  // The salt of each reading is its own.
  expect((await read(CSV)).events[0].user).not.toBe(bob.user);
  expect(progress.at(-1)).toMatchObject({ done: CSV.length, total: CSV.length });
});

it('reads compressed lines of JSON', async () => {
  const lines = ['{"user":1,"item":"a","time":1}', '{"user":2,"item":"b","time":2}'].join('\n');
  const { report } = await read(new Uint8Array(gzipSync(lines)), 'log.txt.gz');
  expect(report).toMatchObject({ events: 2, shoppers: 2, unknown: 0, refused: [] });
});

describe('a file that is no log', () => {
  it.each<[string, string | Uint8Array<ArrayBuffer>, string]>([
    ['a workbook', 'PK\u0003\u0004 and more', 'log.csv is a ZIP archive'],
    ['an empty file', '', 'log.csv is empty'],
    ['other columns', 'who,what\n1,2\n', 'The columns found are "who", "what".'],
    ['no time', 'user,item\n1,2\n', 'no usable event. line 1, field time: there is no such column; the header needs'],
    ['a picture', new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0]), 'log.csv is a picture (JPEG), not a table.'],
    ['products of another shop', 'user,item,time\nu,x,1\n', 'do events and catalogue use the same item ids?'],
    ['cut gzip', new Uint8Array(gzipSync(CSV)).slice(0, 60), 'Check that the file is whole, and drop it again.'],
  ])('is refused and identified: %s', async (_, content, message) => {
    await expect(read(content)).rejects.toMatchObject({
      code: 'runtime/invalid-input',
      message: expect.stringContaining(message),
    });
  });
});
