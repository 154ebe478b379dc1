/**
 * `tsx e2e/support/learned-bundle.ts <folder> base|companions`: writes the manifest of the built demo with a base model or a
 * co-occurrence table, and the file. The base model has its initial weights; the table gives every product the two that
 * come half a catalog later. A process of its own, because tfjs needs a loader that the test runner does not have.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BaseModel, baseConfig, initialWeights } from '../../src/base-model';
import { addLearned, type CooccurrenceTable } from '../../src/catalog';
import { parseManifest } from '../../src/catalog/bundle/read-manifest';

const [folder, what] = process.argv.slice(2);
const written = readFileSync(new URL('../../dist/bundle/manifest.json', import.meta.url));
const manifest = parseManifest(new Uint8Array(written).buffer);
mkdirSync(folder, { recursive: true });
const learned = what === 'base' ? { base: untrained() } : { cooccurrence: opposite(manifest.count) };
await addLearned(manifest, learned, async (name, bytes) => writeFileSync(join(folder, name), bytes));

function untrained() {
  const { text, image } = manifest.modalities;
  const shape = { dim: manifest.dim, taps: { text: text.taps.length, image: image.taps.length } };
  const config = baseConfig('sidestream', { embeddingDim: 16, maxSeqLen: 8, heads: 2, blocks: 1 });
  return { bytes: BaseModel.from(initialWeights(config, shape, 8, 1), config, shape).save(), config };
}

function opposite(count: number): CooccurrenceTable {
  const half = Math.floor(count / 2);
  return {
    count,
    offsets: Uint32Array.from({ length: count + 1 }, (_, item) => 2 * item),
    rows: Uint32Array.from({ length: 2 * count }, (_, at) => (Math.floor(at / 2) + half + (at % 2)) % count),
    lifts: new Float32Array(2 * count).fill(9),
  };
}
