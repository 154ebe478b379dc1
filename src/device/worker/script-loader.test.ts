import { describe, expect, it, vi } from 'vitest';
import { type ScriptLoader, scriptLoader } from './script-loader';

/** Files of a host by address; each defines itself when it is fetched. */
function loaderOn(host: Record<string, (files: ScriptLoader) => void>) {
  const fetchScript = vi.fn(async (address: string) => {
    if (!host[address]) throw new TypeError(`no ${address}`);
    host[address](files);
  });
  const files = scriptLoader({ script: 'https://shop.example/s/worker.js' }, fetchScript);
  return { files, fetchScript };
}

describe('late files', () => {
  it('run once, after their dependencies, from beside the script', async () => {
    const runs: string[] = [];
    const { files, fetchScript } = loaderOn({
      'https://shop.example/s/a-1.js': ({ define }) =>
        define('./a-1.js', ['./b-2.js'], (exports, require, script) => {
          runs.push(script);
          Object.assign(exports, { sum: 1 + (require('./b-2.js') as { two: number }).two });
        }),
      'https://shop.example/s/b-2.js': ({ define }) =>
        define('./b-2.js', [], (exports, _, script) => {
          runs.push(script);
          Object.assign(exports, { two: 2 });
        }),
    });
    const both = await Promise.all([files.require('./a-1.js'), files.require('./a-1.js')]);
    expect(both).toEqual([{ sum: 3 }, { sum: 3 }]);
    expect(files.require('./b-2.js')).toEqual({ two: 2 });
    expect(runs).toEqual(['https://shop.example/s/b-2.js', 'https://shop.example/s/a-1.js']);
    expect(fetchScript).toHaveBeenCalledTimes(2);
  });

  it('are fetched once, in parallel with their dependents, if the worker knows them', async () => {
    const { files, fetchScript } = loaderOn({
      'https://shop.example/s/a-1.js': ({ define }) => define('./a-1.js', ['./b-2.js'], () => undefined),
      'https://shop.example/s/b-2.js': ({ define }) => define('./b-2.js', [], () => undefined),
    });
    files.expect({ './a-1.js': ['./b-2.js'] });
    const both = [files.require('./a-1.js'), files.require('./b-2.js')];
    // Before the first of them has arrived.
    expect(fetchScript.mock.calls.flat()).toEqual(['https://shop.example/s/a-1.js', 'https://shop.example/s/b-2.js']);
    await Promise.all(both);
    expect(fetchScript).toHaveBeenCalledTimes(2);
  });

  it("are at the page's addresses", async () => {
    const { files } = loaderOn({
      'https://cdn.example/a.9f.js': ({ define }) =>
        define('./a-1.js', [], (exports) => Object.assign(exports, { a: 1 })),
    });
    const places = { script: 'https://shop.example/', files: { 'a-1.js': 'https://cdn.example/a.9f.js' } };
    // Messages for somebody else are ignored.
    files.onMessage({ type: 'RAW', id: 1 });
    files.onMessage({ type: 'sidestream-places', places });
    const relative = { ...places, files: { 'a-1.js': '/a.9f.js' } };
    expect(() => files.onMessage({ type: 'sidestream-places', places: relative })).toThrow(/url/i);
    expect(await files.require('./a-1.js')).toEqual({ a: 1 });
    expect(files.address('b.wasm')).toBe('https://shop.example/b.wasm');
  });

  it('that did not load are tried again', async () => {
    const host: Parameters<typeof loaderOn>[0] = {};
    const { files } = loaderOn(host);
    await expect(files.require('./a-1.js')).rejects.toThrow('no https://shop.example/s/a-1.js');
    host['https://shop.example/s/a-1.js'] = ({ define }) => define('./a-1.js', [], () => undefined);
    expect(await files.require('./a-1.js')).toEqual({});
  });

  it('of another version are refused with advice', async () => {
    const { files } = loaderOn({ 'https://shop.example/s/a-1.js': ({ define }) => define('./a-0.js', [], () => {}) });
    await expect(files.require('./a-1.js')).rejects.toMatchObject({
      code: 'runtime/unexpected',
      message: expect.stringContaining('Host all files of the same version'),
    });
  });
});
