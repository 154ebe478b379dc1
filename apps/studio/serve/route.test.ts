import { describe, expect, it } from 'vitest';
import { routeOf } from './route';

const SCOPE = 'https://shop.example/tools/';
const route = (path: string, { method = 'GET', referrer = `${SCOPE}studio.html` } = {}) =>
  routeOf({ url: new URL(path, SCOPE).href, method, referrer }, SCOPE);

describe('routeOf', () => {
  it('answers with files of the bundle and with pictures, whatever their names', () => {
    expect(route('studio-files/bundle/manifest.json?x=1')).toEqual({
      folder: 'bundle',
      name: 'manifest.json',
      type: 'application/json',
    });
    expect(route('studio-files/bundle/features-00ff.bin')?.type).toBe('application/octet-stream');
    expect(route('/images/a/St%C3%BChle%20%231.JPG')).toEqual({
      folder: 'pictures',
      name: 'a/Stühle #1.JPG',
      type: 'image/jpeg',
    });
  });

  it('answers for the pictures of items only on the page of Studio', () => {
    const picture = { folder: 'pictures', name: 'a/b.webp', type: 'image/webp' };
    expect(route('/images/a/b.webp')).toEqual(picture);
    expect(route('/images/a/b.webp', { referrer: `${SCOPE}studio?step=4` })).toEqual(picture);
    for (const referrer of [SCOPE, `${SCOPE}index.html`, 'https://shop.example/studio.html', 'about:client', ''])
      expect(route('/images/a/b.webp', { referrer })).toBeNull();
  });

  it('leaves everything else to the network', () => {
    for (const path of ['studio.html', 'assets/a.js', 'bundle/manifest.json', 'studio-files/bundle/', 'studio-files/'])
      expect(route(path)).toBeNull();
    expect(route('../studio-files/bundle/manifest.json')).toBeNull();
    expect(route('https://other.example/tools/studio-files/bundle/manifest.json')).toBeNull();
    expect(route('studio-files/bundle/%')).toBeNull();
    expect(route('studio-files/bundle/manifest.json', { method: 'POST' })).toBeNull();
  });
});
