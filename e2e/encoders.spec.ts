import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import sharp from 'sharp';
import { adaptEncoder } from '../packages/encoders/hub/adapt-encoder';
import { readEncoder } from '../packages/encoders/hub/encoder-files';
import { folderSource } from '../packages/encoders/hub/model-source';
import { createNodeEncoder, decodeImage } from '../packages/encoders/node';
import { DEFAULT_PRESETS, type RawTaps } from '../src/core/encoders';
import { cosine } from '../testing/cosine';
import { bertRepository, clipRepository, type Files } from '../testing/models/repositories';

import type { BundleCall } from './pages/encoders';
import { PAGES } from './support/ports';

const PAGE = `${PAGES}/encoders.html`;
const TEXTS = ['Red apple', 'Waterproof hiking boots, men’s'];
const { text: TEXT, image: IMAGE } = DEFAULT_PRESETS;

/** A drawn product: a bag with a strap and a shadow, on a transparent ground, taller than wide. */
function picture(side: number): Promise<Buffer> {
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 80" width="${side * 0.75}" height="${side}">
    <defs><linearGradient id="g"><stop offset="0" stop-color="#b4552d"/><stop offset="1" stop-color="#5a2410"/></linearGradient></defs>
    <path d="M18 30 C18 4 42 4 42 30" fill="none" stroke="#333" stroke-width="3"/>
    <rect x="8" y="28" width="44" height="44" rx="6" fill="url(#g)"/>
    <circle cx="30" cy="50" r="5" fill="#e8c547"/><rect x="8" y="40" width="44" height="2" fill="#00000055"/></svg>`;
  return sharp(Buffer.from(drawing)).png().toBuffer();
}

async function nodeText(texts: string[]): Promise<RawTaps> {
  const encoder = await createNodeEncoder(TEXT, await readEncoder(TEXT));
  const taps = await encoder.encode(texts);
  await encoder.release();
  return taps;
}

async function nodeImages(pictures: Float32Array[]): Promise<RawTaps[]> {
  const encoder = await createNodeEncoder(IMAGE, await readEncoder(IMAGE));
  const taps: RawTaps[] = [];
  for (const pixels of pictures) taps.push(await encoder.encode([pixels]));
  await encoder.release();
  return taps;
}

async function nodeImage(pixels: Float32Array): Promise<RawTaps> {
  const [taps] = await nodeImages([pixels]);
  return taps;
}

/** An encoder made of the files of a model. */
async function adapted(model: Files) {
  const folder = await mkdtemp(join(tmpdir(), 'sidestream-tiny-'));
  try {
    for (const [path, content] of Object.entries(model))
      await writeFile(join(folder, path.split('/').at(-1) ?? ''), content);
    const options = { taps: 2, name: 'tiny', minCosine: 0 };
    const preset = await adaptEncoder(folderSource(folder), options, folder, () => {});
    return { preset, files: await readEncoder(preset, folder) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function difference(a: ArrayLike<number>[], b: ArrayLike<number>[]): number {
  let max = 0;
  for (const [t, tap] of a.entries()) {
    expect(b[t]).toHaveLength(tap.length);
    for (let d = 0; d < tap.length; d++) max = Math.max(max, Math.abs(tap[d] - b[t][d]));
  }
  return max;
}

async function open(page: Page): Promise<void> {
  await page.goto(PAGE);
  await page.waitForFunction(() => 'encoders' in window);
}

test.describe('encoders', () => {
  test.slow();

  test('give the same text taps in Node and on wasm, which they choose by themselves on a software adapter', async ({
    page,
  }) => {
    await open(page);
    const expected = await nodeText(TEXTS);
    const [actual] = await page.evaluate((texts) => window.encoders.text(texts), TEXTS);
    expect(actual.backend).toBe('wasm');
    expect(difference(expected, actual.taps)).toBeLessThan(1e-3);
  });

  test('give the same text taps on WebGPU, recover after a lost device, then continue on wasm', {
    tag: '@nightly',
  }, async ({ page }) => {
    await open(page);
    const expected = await nodeText(['Red apple']);
    const encoded = await page.evaluate(() => window.encoders.text(['Red apple'], 'webgpu', 3, [1, 2]));
    expect(encoded.map(({ backend }) => backend)).toEqual(['webgpu', 'webgpu', 'wasm']);
    for (const { taps } of encoded) expect(difference(expected, taps)).toBeLessThan(1e-3);
  });

  test('give the same image taps in Node, on wasm and on WebGPU', { tag: '@nightly' }, async ({ page }) => {
    await open(page);
    const pixels = await decodeImage(await picture(200), IMAGE);
    const expected = await nodeImage(pixels);
    for (const backend of ['wasm', 'webgpu'] as const) {
      const call = [Array.from(pixels), backend] as const;
      const actual = await page.evaluate(([values, on]) => window.encoders.image(values, on), call);
      expect(actual.backend).toBe(backend);
      expect(difference(expected, actual.taps), backend).toBeLessThan(1e-3);
    }
  });

  test('read a picture the same way in Node and in the browser', async ({ page }) => {
    await open(page);
    for (const side of [120, 224, 700]) {
      const file = await picture(side);
      const inNode = await decodeImage(file, IMAGE);
      const call = [Array.from(file), IMAGE.size] as const;
      const inBrowser = await page.evaluate(([bytes, size]) => window.encoders.decode(bytes, size), call);
      if (typeof inBrowser === 'string') throw new Error(inBrowser);
      const [a, b] = await nodeImages([inNode, Float32Array.from(inBrowser)]);
      for (const [t, tap] of a.entries()) expect(cosine(tap, b[t]), `${side} px, tap ${t}`).toBeGreaterThan(0.99);
    }
  });

  test('adapted from a BERT and a CLIP give the same taps as in Node', { tag: '@nightly' }, async ({ page }) => {
    await open(page);
    const calls: BundleCall[] = [];
    const inNode: [about: string, taps: RawTaps][] = [];
    for (const [name, make, input] of [
      ['BERT', bertRepository, TEXTS[1]],
      ['CLIP', clipRepository, await picture(300)],
    ] as const) {
      const { preset, files } = await adapted(make('dynamo'));
      let expected: RawTaps;
      if (preset.modality === 'text') {
        const encoder = await createNodeEncoder(preset, files);
        expected = await encoder.encode([String(input)]).finally(() => encoder.release());
      } else {
        const encoder = await createNodeEncoder(preset, files);
        const pixels = await decodeImage(Buffer.from(input), preset);
        expected = await encoder.encode([pixels]).finally(() => encoder.release());
      }
      const onnx = Buffer.from(files.onnx).toString('base64');
      calls.push({
        encoder: { settings: { ...preset }, onnx, tokenizer: files.tokenizer },
        input: typeof input === 'string' ? input : Array.from(input),
      });
      inNode.push([name, expected]);
    }
    const inBrowser = await page.evaluate((given) => window.encoders.bundleEncoders(given, 'wasm'), calls);
    expect(inBrowser).toHaveLength(inNode.length);
    for (const [n, [about, expected]] of inNode.entries())
      for (const [t, tap] of expected.entries())
        expect(cosine(tap, inBrowser[n].taps[t]), `${about}, tap ${t}`).toBeGreaterThan(0.99);
  });

  test('refuse a file that is not a picture', async ({ page }) => {
    await open(page);
    const result = await page.evaluate(() => window.encoders.decode([1, 2, 3, 4], 224));
    expect(result).toContain('cannot be decoded');
  });

  test('run one at a time', { tag: '@nightly' }, async ({ page }) => {
    await open(page);
    const pixels = await decodeImage(await picture(100), IMAGE);
    const both = await page.evaluate((values) => window.encoders.together('Red apple', values), Array.from(pixels));
    expect(difference(await nodeImage(pixels), both[1].taps)).toBeLessThan(1e-3);
  });
});
