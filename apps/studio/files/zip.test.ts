import { BlobReader, BlobWriter, ZipWriter } from '@zip.js/zip.js/lib/zip-core-custom.js';
import { describe, expect, it } from 'vitest';
import { type OutFile, readZip, writeZip } from './zip';

const out = (path: string, text: string): OutFile => {
  const blob = new Blob([text]);
  return { path, bytes: blob.size, open: async () => blob };
};
const packed = (files: OutFile[], written: () => void = () => undefined): Promise<Blob> => writeZip(files, written);

async function textsOf(archive: Blob): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  for await (const { path, file } of readZip(archive)) texts[path] = await file.text();
  return texts;
}

describe('writeZip and readZip', () => {
  it('returns the files that were packed, in folders, with names in any script', async () => {
    const files = [out('a.txt', 'a'.repeat(10_000)), out('images/Stühle/赤い.jpg', 'picture'), out('empty.json', '')];
    let written = 0;
    const archive = await packed(files, () => written++);
    expect(archive.size).toBeLessThan(2000);
    expect(written).toBe(files.length);
    expect(await textsOf(archive)).toEqual({
      'a.txt': 'a'.repeat(10_000),
      'images/Stühle/赤い.jpg': 'picture',
      'empty.json': '',
    });
  });

  it('leaves out folders and what operating systems add', async () => {
    const names = ['__MACOSX/a.jpg', 'in/.DS_Store', 'in/Thumbs.db', 'in/a.jpg'];
    expect(Object.keys(await textsOf(await packed(names.map((name) => out(name, 'x')))))).toEqual(['in/a.jpg']);
  });

  it('names a file that cannot be read, and returns the others', async () => {
    const writer = new ZipWriter(new BlobWriter(), { useWebWorkers: false });
    await writer.add('secret.jpg', new BlobReader(new Blob(['secret'])), { password: 'x', zipCrypto: true });
    await writer.add('plain.jpg', new BlobReader(new Blob(['plain'])));
    const refused: string[] = [];
    const read: string[] = [];
    for await (const { path } of readZip(await writer.close(), (path, reason) => refused.push(`${path}: ${reason}`)))
      read.push(path);
    expect(read).toEqual(['plain.jpg']);
    expect(refused).toEqual(['secret.jpg: it is encrypted; pack it without a password']);
  });

  it('says in words that a file is no archive, or only the start of one', async () => {
    const archive = await packed([out('a.txt', 'text')]);
    for (const broken of [new Blob(['no archive']), archive.slice(0, 40)])
      await expect(textsOf(broken)).rejects.toMatchObject({ code: 'catalog/unreadable' });
  });

  it('passes the error of a file on to who reads the archive', async () => {
    const gone: OutFile = { path: 'gone', bytes: 1, open: () => Promise.reject(new Error('it is gone')) };
    await expect(packed([out('a.txt', 'text'), gone])).rejects.toThrow('it is gone');
  });
});
