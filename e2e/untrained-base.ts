/**
 * `tsx e2e/untrained-base.ts <folder>`: writes the manifest of the built demo with a base model in it, and the model. It
 * is one that nobody has trained: it says something all the same. A process of its own, because tfjs needs a loader that
 * the test runner has not.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addBase } from '../src/catalog';
import { BaseModel, baseConfig, initialWeights } from '../src/learner/node';

const [folder] = process.argv.slice(2);
const manifest = JSON.parse(readFileSync(new URL('../dist/bundle/manifest.json', import.meta.url), 'utf8'));
const { text, image } = manifest.modalities;
const shape = { dim: manifest.dim, taps: { text: text.taps.length, image: image.taps.length } };
const config = baseConfig('sidestream', { embeddingDim: 16, maxSeqLen: 8, heads: 2, blocks: 1 });
const model = BaseModel.from(initialWeights(config, shape, 8, 1), config, shape);
mkdirSync(folder, { recursive: true });
await addBase(manifest, model.save(), config, async (name, bytes) => writeFileSync(join(folder, name), bytes));
