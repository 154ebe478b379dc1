import { proxy } from 'comlink';
import { describe, expect, it } from 'vitest';
import { memoryBundle } from '../../../../testing/bundles';
import { StartedFiles } from './started-files';

const text = (text: string): Uint8Array => new TextEncoder().encode(text);

async function bundle(): Promise<ReturnType<typeof memoryBundle>> {
  const memory = memoryBundle();
  for (const name of ['manifest.json', 'a.json']) await memory.sink(name, text(`${name} of the host`));
  return memory;
}

describe('files requested early', () => {
  it('are returned once to the caller that fetches them, and requested again after that', async () => {
    const { fetchFile, fetched } = await bundle();
    const files = new StartedFiles(fetchFile);
    files.start(['a.json']);
    files.start(['a.json']);
    const get = files.over();
    expect(await (await get('a.json')).text()).toBe('a.json of the host');
    expect(fetched).toEqual(['a.json']);
    await get('a.json');
    expect(fetched).toEqual(['a.json', 'a.json']);
  });

  it('that failed to load reject in the call that fetches them', async () => {
    const files = new StartedFiles(() => Promise.reject(new TypeError('no network')));
    files.start(['a.json']);
    await expect(files.over()('a.json')).rejects.toThrow('no network');
  });

  it('have the manifest that the page fetched; without one, the host is asked', async () => {
    const { fetchFile, fetched } = await bundle();
    const bytes = new Uint8Array(text('the page has it')).buffer;
    const got = await new StartedFiles(
      fetchFile,
      proxy(async () => bytes),
    ).over()('manifest.json');
    expect(await got.text()).toBe('the page has it');
    expect(fetched).toEqual([]);
    const asked = await new StartedFiles(
      fetchFile,
      proxy(async () => null),
    ).over()('manifest.json');
    expect(await asked.text()).toBe('manifest.json of the host');
    const wrong = new StartedFiles(
      fetchFile,
      proxy(async () => JSON.parse('"text"')),
    );
    await expect(wrong.over()('manifest.json')).rejects.toThrow('ArrayBuffer');
  });
});
