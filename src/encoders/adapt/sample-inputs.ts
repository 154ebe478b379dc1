import type { Pixels } from '../encoder';

/** Short texts as shops have them; some longer and some in other languages, so that padding and odd tokens occur. */
export const SAMPLE_TEXTS: readonly string[] = [
  'Running shoes with a cushioned sole',
  "Women's linen summer dress, blue",
  'Stainless steel water bottle 750 ml, keeps drinks cold for 24 hours',
  'Wooden toy train',
  'Wireless over-ear headphones with noise cancelling and 30 hours of battery',
  'Organic green tea, 100 g',
  'Chaqueta impermeable de montaña',
  'Kaffeemaschine mit Mahlwerk, schwarz, für ganze Bohnen und gemahlenen Kaffee',
  'A5 notebook, dotted, 120 pages. Thick paper, lies flat when open, and has a ribbon and a pocket for loose notes.',
  'Sofa',
];

const PICTURES = 6;

/** Smooth waves with a hard edge on white, each of another colour, direction and pitch. */
export function samplePictures(size: number): Pixels[] {
  const area = size * size;
  return Array.from({ length: PICTURES }, (_, n) =>
    Float32Array.from({ length: 3 * area }, (_, i) => {
      const [channel, y, x] = [Math.floor(i / area), Math.floor((i % area) / size) / size, (i % size) / size];
      if (x + (n % 3) * y < 0.15 * n) return 1;
      return 0.5 + 0.45 * Math.sin(4 * (x * (channel + 1 + n) + y * (2 * n + 1)) + n * channel);
    }),
  );
}
