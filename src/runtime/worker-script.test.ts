import { afterEach, describe, expect, it, vi } from 'vitest';
import { workerAddress } from './worker-script';

const page = (address: string): void => {
  vi.stubGlobal('location', new URL(address));
  vi.stubGlobal('document', { baseURI: address });
};
afterEach(() => vi.unstubAllGlobals());

describe('the address of a worker', () => {
  it('is left to the bundler where the script comes from the page’s own host', () => {
    page('https://shop.example/a/');
    expect(workerAddress('worker.js', undefined, 'https://shop.example/assets/index-1.js')).toBeNull();
  });

  it('is left to a bundler that writes a file’s address into the script', () => {
    page('https://shop.example/a/');
    expect(workerAddress('worker.js', undefined, 'file:///home/shop/node_modules/sidestream/lib/index.js')).toBeNull();
  });

  it('is beside a script from another host', () => {
    page('https://shop.example/a/');
    const script = 'https://cdn.example/sidestream@1/lib/cdn/sidestream.js';
    expect(workerAddress('encoder-worker.js', undefined, script)?.href).toBe(
      'https://cdn.example/sidestream@1/lib/cdn/encoder-worker.js',
    );
  });

  it('is the one the shop names, relative to the page', () => {
    page('https://shop.example/a/');
    const script = 'https://shop.example/index.js';
    expect(workerAddress('worker.js', 'static/worker.js', script)?.href).toBe(
      'https://shop.example/a/static/worker.js',
    );
    expect(workerAddress('encoder-worker.js', '/static/worker.js', script)?.href).toBe(
      'https://shop.example/static/encoder-worker.js',
    );
  });

  it('is refused when it is none', () => {
    page('https://shop.example/a/');
    expect(() => workerAddress('worker.js', 'https://', 'https://shop.example/x.js')).toThrowError(/workerUrl/);
  });
});
