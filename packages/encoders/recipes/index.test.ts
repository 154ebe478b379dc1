import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/core/common/bytes';
import { PRESETS } from '../../../src/core/encoders/preset';
import { findRecipe } from '.';

const PACKAGES = new URL('../../../node_modules/', import.meta.url);

describe.each(PRESETS)('the recipe of $name', (preset) => {
  const recipe = findRecipe(preset.name);
  if (!recipe) throw new Error(`no recipe for ${preset.name}`);
  const taps = preset.taps.map((tap) => tap.name);
  const read = async (path: string) =>
    new Uint8Array(await readFile(new URL(`${preset.source.package}/${path}`, PACKAGES)));

  it('makes the very files its preset names', async () => {
    const built = await recipe.build(read, taps);
    expect(await sha256(new Uint8Array(built.onnx))).toBe(preset.digest);
    const license = new TextDecoder().decode(await read('LICENSE'));
    expect(new TextDecoder().decode(built.onnx)).toContain(license);
    if (preset.modality === 'text') {
      expect(await sha256(new TextEncoder().encode(built.tokenizer))).toBe(preset.tokenizerDigest);
    }
  });

  it('refuses a tap the model does not have', async () => {
    await expect(recipe.build(read, ['layer_99'])).rejects.toMatchObject({
      code: 'encoder/unsupported-graph',
      message: expect.stringContaining(taps[0]),
    });
  });

  it('refuses files cut short, and files that are something else', async () => {
    const half = async (path: string) => {
      const bytes = await read(path);
      return /shard/.test(path) ? bytes.subarray(0, bytes.length / 2) : bytes;
    };
    const other = async () => new TextEncoder().encode('{"format":"other"}');
    for (const broken of [half, other]) {
      await expect(recipe.build(broken, taps)).rejects.toMatchObject({ code: 'encoder/unsupported-graph' });
    }
  });
});
