import { afterEach, describe, expect, it, vi } from 'vitest';
import { ownPlaces } from './own-workers';
import { notStarted, startWorker } from './worker-script';

vi.mock('./own-workers', () => ({
  ownPlaces: vi.fn(() => null),
  startSource: (file: string) => `the source of ${file}`,
}));

/** Workers that were started; the browser tests have real ones. */
const started: { address: string; messages: unknown[] }[] = [];
class FakeWorker extends EventTarget {
  readonly messages: unknown[] = [];
  constructor(readonly address: URL | string) {
    super();
    started.push({ address: String(address), messages: this.messages });
  }
  postMessage(message: unknown): void {
    this.messages.push(message);
  }
}

const page = (address: string): void => {
  started.length = 0;
  vi.stubGlobal('location', new URL(address));
  vi.stubGlobal('document', { baseURI: address });
  vi.stubGlobal('Worker', FakeWorker);
};
afterEach(() => vi.unstubAllGlobals());

describe('a worker', () => {
  it('is bundled from the sources by a bundler', () => {
    page('https://shop.example/a/');
    expect(startWorker('encoder-worker.js', undefined)).toEqual({
      worker: 'the source of encoder-worker.js',
    });
    expect(started).toEqual([]);
  });

  it('may be at the address that a bundler gave it, and is sent the address of the other files', () => {
    page('https://shop.example/a/');
    const files = {
      'worker.js': '/assets/worker-1.js',
      'learning-2.js': 'https://shop.example/assets/learning-2-3.js',
    };
    const places = { script: 'https://shop.example/a/', files };
    vi.mocked(ownPlaces).mockReturnValueOnce(places);
    const { address } = startWorker('worker.js', undefined);
    expect(address).toBe('https://shop.example/assets/worker-1.js');
    expect(started).toEqual([
      { address: 'https://shop.example/assets/worker-1.js', messages: [{ type: 'sidestream-places', places }] },
    ]);
  });

  it('lies beside the page’s script of the package, and starts from another host through a script of the page', async () => {
    page('https://shop.example/a/');
    const places = { script: 'https://cdn.example/sidestream@1/lib/cdn/sidestream.js' };
    vi.mocked(ownPlaces).mockReturnValueOnce(places);
    const shims: Blob[] = [];
    vi.spyOn(URL, 'createObjectURL').mockImplementationOnce((blob) => {
      shims.push(blob as Blob);
      return 'blob:1';
    });
    const { address } = startWorker('encoder-worker.js', undefined);
    // For messages: they name the address of the file.
    expect(address).toBe('https://cdn.example/sidestream@1/lib/cdn/encoder-worker.js');
    expect(started).toEqual([{ address: 'blob:1', messages: [{ type: 'sidestream-places', places }] }]);
    expect(await shims[0].text()).toBe('import "https://cdn.example/sidestream@1/lib/cdn/encoder-worker.js";');
  });

  it("is at the shop's address, relative to the page", () => {
    page('https://shop.example/a/');
    startWorker('worker.js', 'static/worker.js');
    startWorker('encoder-worker.js', '/static/worker.js');
    expect(started.map(({ address }) => address)).toEqual([
      'https://shop.example/a/static/worker.js',
      'https://shop.example/static/encoder-worker.js',
    ]);
  });

  it('is refused when its address is invalid', () => {
    page('https://shop.example/a/');
    expect(() => startWorker('worker.js', 'https://')).toThrowError(/workerUrl/);
  });

  it('is refused with the required policy if the browser does not start it', () => {
    page('https://shop.example/a/');
    vi.stubGlobal(
      'Worker',
      class {
        constructor() {
          throw new TypeError("This document requires 'TrustedScriptURL' assignment.");
        }
      },
    );
    expect(() => startWorker('worker.js', '/static/worker.js')).toThrowError(
      expect.objectContaining({
        code: 'runtime/worker-crashed',
        message: expect.stringMatching(
          /https:\/\/shop.example\/static\/worker.js.*trusted-types sidestream lit-html.*host.md/,
        ),
      }),
    );
  });

  it('that did not start is named by its address, with the page that helps', () => {
    expect(notStarted('https://shop.example/cdn/worker.js')).toMatch(
      /https:\/\/shop.example\/cdn\/worker.js did not start.*workerUrl.*docs\/how-to\/frameworks.md/,
    );
    expect(notStarted('https://shop.example/cdn/worker.js', 'Unexpected token <')).toContain('(Unexpected token <)');
  });
});
