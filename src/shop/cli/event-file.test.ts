import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readEventFile } from './event-file';

describe('the file of a log', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
    vi.spyOn(console, 'error').mockImplementation(() => {});
  });
  afterAll(async () => {
    vi.restoreAllMocks();
    await rm(folder, { recursive: true });
  });
  const read = async (content: string | Uint8Array, name = 'log.csv') => {
    await writeFile(join(folder, name), content);
    return readEventFile(join(folder, name));
  };
  const CSV = 'user,item,time\nu,a,1\nu,b,2\n';

  it('may be gzip, UTF-16, or JSON lines under any name', async () => {
    const jsonl = '{"user":"u","item":"a","time":1}\n{"user":"u","item":"b","time":2}\n';
    const utf16 = Buffer.from(`\uFEFF${CSV}`, 'utf16le');
    const files = [
      read(CSV),
      read(gzipSync(CSV), 'log.csv.gz'),
      read(utf16, 'log16.csv'),
      read(jsonl, 'json.txt'),
      read(gzipSync(jsonl), 'log.jsonl.gz'),
    ];
    for (const { events } of await Promise.all(files)) expect(events.map(({ item }) => item)).toEqual(['a', 'b']);
  });

  it.each([
    ['a workbook', 'PK\u0003\u0004 and more', 'Save the sheet as CSV'],
    ['a JSON array', '[\n  {"user":"u"}\n]', 'one JSON array'],
    ['an empty file', '', 'log.csv is empty. Write a log with'],
    ['only a header', 'user,item,time\n', 'nothing below the names of the columns'],
    ['only returns', 'user,item,time,quantity\nu,a,1,-1\n', 'all of its lines are returns'],
    ['other columns', 'who,item,"when"\nu,a,1\n', 'The columns found are "who", "item", "when".'],
  ])('is refused and identified: %s', async (_, content, message) => {
    await expect(read(content)).rejects.toMatchObject({
      code: 'runtime/invalid-input',
      message: expect.stringContaining(message),
    });
  });

  it('is refused if it is a folder, cut gzip or missing', async () => {
    await expect(readEventFile(folder)).rejects.toThrow(`${folder} is a folder. Name the file of the log.`);
    await expect(readEventFile(join(folder, 'none'))).rejects.toThrow('The events cannot be read: ENOENT');
    await expect(read(gzipSync(CSV).subarray(0, 30), 'cut.gz')).rejects.toThrow(
      'The events cannot be read: unexpected end',
    );
  });
});
