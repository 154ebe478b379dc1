import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

// The address given to `setWorkerUrl()` stays in the module.
let urls: typeof import('./worker-script');
beforeEach(async () => {
  vi.resetModules();
  urls = await import('./worker-script');
});
const page = (baseURI = 'https://shop.example/a/'): void => void vi.stubGlobal('document', { baseURI });
afterEach(() => vi.unstubAllGlobals());

describe('the place of worker.js', () => {
  it('is its address or its folder, relative to the page', () => {
    page();
    const { workerAddress } = urls;
    expect(workerAddress('/sidestream/worker.js')).toBe('https://shop.example/sidestream/worker.js');
    expect(workerAddress('/sidestream/')).toBe('https://shop.example/sidestream/worker.js');
    expect(workerAddress('files/worker.js?v=2')).toBe('https://shop.example/a/files/worker.js');
    expect(workerAddress('https://cdn.example/x/')).toBe('https://cdn.example/x/worker.js');
  });

  it.each(['https://', '/sidestream', '/sidestream/sidestream.js', '/sidestream/my-worker.js', 5, null])(
    'is refused as %j',
    (given) => {
      page();
      expect(() => urls.workerAddress(given)).toThrowError(
        expect.objectContaining({ code: 'runtime/invalid-input', message: expect.stringContaining(`"${given}"`) }),
      );
    },
  );

  it('may be named for the page, and a caller’s own comes first', () => {
    page();
    const { namedWorker, setWorkerUrl } = urls;
    expect(namedWorker(undefined)).toBe(undefined);
    setWorkerUrl('/sidestream/');
    expect(namedWorker(undefined)).toBe('https://shop.example/sidestream/worker.js');
    expect(namedWorker('/own/')).toBe('https://shop.example/own/worker.js');
    expect(() => setWorkerUrl('/sidestream')).toThrowError(/workerUrl/);
    expect(namedWorker(undefined)).toBe('https://shop.example/sidestream/worker.js');
  });

  it('is not needed on a server', () => {
    expect(() => urls.setWorkerUrl('/sidestream/')).not.toThrow();
    expect(urls.namedWorker(undefined)).toBe(undefined);
  });
});
