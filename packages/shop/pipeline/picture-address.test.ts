import { expect, it } from 'vitest';
import { makeItem } from '../../../testing/bundles';
import { withPicture } from './picture-address';

const placed = (image: string, base: string, path: string | null) => withPicture(makeItem('a', { image }), base, path);

it.each(['50%.png', '%41.png', 'a#1.png', 'what?.png', 'red/a b ü.png'])(
  'gives %s an address that leads to it',
  (path) => {
    const { image = '' } = placed(path, '/photos/', path);
    const url = new URL(image, 'https://shop.example/lists/');
    expect([decodeURIComponent(url.pathname), url.search, url.hash]).toEqual([`/photos/${path}`, '', '']);
  },
);

it('leaves an address as it is, and a picture without a file out', () => {
  for (const image of ['https://a.example/a%20b.png?w=1#x', '//cdn.example/a.png', 'data:image/png;base64,AA'])
    expect(placed(image, '/photos/', null).image).toBe(image);
  expect(placed('/media/a%20b.png', '/photos/', null).image).toBe('/media/a%20b.png');
  expect(placed('a.png', '/photos/', null)).not.toHaveProperty('image');
  expect(withPicture(makeItem('a'), '/photos/', null)).not.toHaveProperty('image');
});
