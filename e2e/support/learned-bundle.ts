/**
 * `tsx e2e/support/learned-bundle.ts <folder> base|companions`: writes the manifest of the built demo with a base model or with
 * companions in it, and the file. The base model is one that nobody has trained, it says something all the same; the
 * companions of every product are the two that stand half a catalogue behind it. A process of its own, because tfjs
 * needs a loader that the test runner has not.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BaseModel, baseConfig, initialWeights } from '../../src/base-model';
import { addLearned, type CompanionTable } from '../../src/catalog';

const [folder, what] = process.argv.slice(2);
const manifest = JSON.parse(readFileSync(new URL('../../dist/bundle/manifest.json', import.meta.url), 'utf8'));
mkdirSync(folder, { recursive: true });
const learned = what === 'base' ? { base: untrained() } : { companions: opposite(manifest.count) };
await addLearned(manifest, learned, async (name, bytes) => writeFileSync(join(folder, name), bytes));

function untrained() {
  const { text, image } = manifest.modalities;
  const shape = { dim: manifest.dim, taps: { text: text.taps.length, image: image.taps.length } };
  const config = baseConfig('sidestream', { embeddingDim: 16, maxSeqLen: 8, heads: 2, blocks: 1 });
  return { bytes: BaseModel.from(initialWeights(config, shape, 8, 1), config, shape).save(), config };
}

function opposite(count: number): CompanionTable {
  const half = Math.floor(count / 2);
  return {
    count,
    offsets: Uint32Array.from({ length: count + 1 }, (_, item) => 2 * item),
    rows: Uint32Array.from({ length: 2 * count }, (_, at) => (Math.floor(at / 2) + half + (at % 2)) % count),
    lifts: new Float32Array(2 * count).fill(9),
  };
}
