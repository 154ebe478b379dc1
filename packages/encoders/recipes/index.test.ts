import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/core/common/bytes';
import { PRESETS } from '../../../src/core/encoders/preset';
import { buildPreset } from '.';

const PACKAGES = new URL('../../../node_modules/', import.meta.url);

describe.each(PRESETS)('the recipe of $name', (preset) => {
  const read = async (path: string) =>
    new Uint8Array(await readFile(new URL(`${preset.source.package}/${path}`, PACKAGES)));

  it('makes the very files its preset names', async () => {
    const built = await buildPreset(preset, read);
    expect(await sha256(new Uint8Array(built.onnx))).toBe(preset.digest);
    const license = new TextDecoder().decode(await read('LICENSE'));
    expect(new TextDecoder().decode(built.onnx)).toContain(license);
    if (preset.modality === 'text') {
      expect(await sha256(new TextEncoder().encode(built.tokenizer))).toBe(preset.tokenizerDigest);
    }
  });

  it('refuses files cut short, and files that are something else', async () => {
    const half = async (path: string) => {
      const bytes = await read(path);
      return /shard/.test(path) ? bytes.subarray(0, bytes.length / 2) : bytes;
    };
    const other = async () => new TextEncoder().encode('{"format":"other"}');
    for (const broken of [half, other]) {
      await expect(buildPreset(preset, broken)).rejects.toMatchObject({ code: 'encoder/unsupported-graph' });
    }
  });
});
