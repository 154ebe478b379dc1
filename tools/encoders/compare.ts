import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { adaptModel, imageSettings, type SampleInputs, tapsOf } from '../../packages/encoders/adapt';
import { createNodeEncoder } from '../../packages/encoders/node';
import { createTokenizer, type Pixels, type Preset, presetSchema } from '../../src/core/encoders';
import { cosine } from '../../testing/cosine';
import { HUB } from './fetch';
import type { RealModel } from './models';

const referencesSchema = v.object({
  texts: v.pipe(v.array(v.string()), v.length(10)),
  vectors: v.record(v.string(), v.array(v.string())),
});

/** Lowest cosines to the original's vectors; the mean is not subtracted. */
export interface Comparison {
  /** Of the encoder with the original's weights. */
  float: number;
  /** Of the encoder that `sidestream encoders add` made. */
  encoder: number;
}

/**
 * Compares an encoder with vectors that the original computed in Python.
 * @param models folder of the encoder
 */
export async function compare(model: RealModel, name: string, models: string): Promise<Comparison> {
  const json = await readFile(new URL('./references.json', import.meta.url), 'utf8');
  const { texts, vectors } = v.parse(referencesSchema, JSON.parse(json));
  const expected = vectors[model.reference].map(decoded);
  const preset = v.parse(presetSchema, JSON.parse(await readFile(join(models, `${name}.preset.json`), 'utf8')));
  const onnx = new Uint8Array(await readFile(join(models, `${name}.onnx`)));
  const last = preset.taps.length - 1;
  if (preset.modality === 'image') {
    const pictures = expected.map((_, n) => drawn(n, preset.size));
    const encoder = await createNodeEncoder(preset, { onnx });
    const taps = await encoder.encode(pictures);
    await encoder.release();
    const original = await originalTaps(model, preset, { pictures, size: preset.size });
    return { float: lowest(original[last], expected), encoder: lowest(taps[last], expected) };
  }
  const tokenizer = await readFile(join(models, `${name}.tokenizer.json`), 'utf8');
  const encoder = await createNodeEncoder(preset, { onnx, tokenizer });
  const taps = await encoder.encode(texts);
  await encoder.release();
  const { ids } = createTokenizer(tokenizer, preset);
  const original = await originalTaps(model, preset, { texts: texts.map(ids) });
  return { float: lowest(original[last], expected), encoder: lowest(taps[last], expected) };
}

async function originalTaps(model: RealModel, preset: Preset, sample: SampleInputs) {
  if (preset.source.kind !== 'hub' || !preset.adapted) throw new Error(`${preset.name} does not come from the hub.`);
  const { repo, revision, file } = preset.source;
  const snapshot = join(HUB, `models--${repo.replace('/', '--')}`, 'snapshots', revision);
  const preprocessor = model.made?.['preprocessor_config.json'];
  const image =
    preset.modality === 'image' && preprocessor
      ? {
          size: preset.size,
          normalization: imageSettings(JSON.parse(await readFile(join(snapshot, 'preprocessor_config.json'), 'utf8')))
            .normalization,
        }
      : undefined;
  const { pooling } = preset.adapted;
  const layers = preset.taps.map(({ name }) => Number(name.replace('layer_', '')));
  const adapted = await adaptModel(
    new Uint8Array(await readFile(join(snapshot, file))),
    async (location) => new Uint8Array(await readFile(join(snapshot, file, '..', location))),
    { pooling, taps: layers.length, layers, notice: '', image },
  );
  return (await tapsOf(adapted.reference, adapted.taps, sample)).taps;
}

function lowest(tap: Float32Array, expected: Int16Array[]): number {
  const width = tap.length / expected.length;
  return Math.min(...expected.map((row, n) => cosine(tap.subarray(n * width, (n + 1) * width), row)));
}

const decoded = (base64: string): Int16Array => new Int16Array(new Uint8Array(Buffer.from(base64, 'base64')).buffer);

/** The pictures of make-references.py. */
function drawn(n: number, size: number): Pixels {
  const area = size * size;
  return Float32Array.from({ length: 3 * area }, (_, i) => {
    const [c, y, x] = [Math.floor(i / area), Math.floor((i % area) / size), i % size];
    const value = x * (c + 1) + y * (n + 2) + Math.floor(x / 32) * Math.floor(y / 32) * n * 9;
    return (value % 96) / 95;
  });
}
