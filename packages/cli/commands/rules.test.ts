import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeBundle } from '../../../src/core/catalog';
import { bundleContent, makeItem } from '../../../testing/bundles';
import { inProcess } from '../../../testing/in-process';
import { folderSink } from '../bundler';
import { serveBundle } from './serve';

let folder: string;
let out: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
  out = join(folder, 'bundle');
  await writeBundle(await bundleContent([makeItem('a'), makeItem('b')]), await folderSink(out));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(...rules: object[]): Promise<string> {
  const path = join(folder, 'my-rules.json');
  await writeFile(path, JSON.stringify({ version: 1, rules }));
  return path;
}
const named = async () => JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8')).rules;

it('checks a file: 2 for errors, 0 for warnings, 1 if it cannot be read', async () => {
  const wrong = await inProcess('rules', 'check', await file({ name: 'Sale', boost: [{ strength: 3 }] }));
  expect(wrong.err).toContain('error   "Sale", boost.0.filter: is missing');
  expect(wrong.out).toContain('0 rules, 0 of which apply now; 1 error, 0 warnings');
  expect(wrong.code).toBe(2);
  const path = await file({ name: 'Sale', pin: [{ itemId: 'x', position: 0 }] });
  expect(await inProcess('rules', 'check', path)).toMatchObject({ code: 0, err: '' });
  const vain = await inProcess('rules', 'check', path, '--bundle', out, '--json');
  expect(JSON.parse(vain.out)).toEqual({
    rules: 1,
    holding: 1,
    problems: [{ level: 'warning', rule: 'Sale', field: 'pin.0.itemId', reason: 'the bundle has no item "x"' }],
  });
  expect(vain.code).toBe(0);
  expect(await inProcess('rules', 'check', join(folder, 'nothing.json'))).toMatchObject({
    code: 1,
    err: expect.stringContaining('runtime/invalid-input'),
  });
});

it('publishes a valid file, names it in the manifest, shows it in inspect and removes it again', async () => {
  const wrong = await inProcess('rules', 'publish', await file({ diversity: 5 }), '--out', out);
  expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('Nothing was written') });
  expect(await named()).toBeUndefined();

  const path = await file({ diversity: 0.1 }, { from: '2999-01-01', fresh: true });
  const run = await inProcess('rules', 'publish', path, '--out', out);
  expect(run).toMatchObject({ code: 0, out: expect.stringContaining(`Wrote rules.json in ${out}`) });
  expect(await named()).toBe(true);
  const inspected = await inProcess('inspect', out, '--json');
  expect(JSON.parse(inspected.out)).toMatchObject({ rules: { count: 2, holding: 1 } });

  // Edited in place.
  await writeFile(join(out, 'rules.json'), '{"version": 1, "rules": [{"diversity": 9}]}');
  expect((await inProcess('inspect', out)).out).toContain('rules: 0, 0 of which apply now; faults: 1');
  const { address, close } = await serveBundle(out, 0, '127.0.0.1');
  const response = await fetch(`${address}rules.json`);
  expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-cache']);
  await close();

  expect((await inProcess('rules', 'remove', '--out', out)).out).toContain('Removed the rules');
  expect(await named()).toBeUndefined();
});
