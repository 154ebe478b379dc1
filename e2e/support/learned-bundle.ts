/**
 * `tsx e2e/support/learned-bundle.ts <folder>`: writes the manifest of the built demo with a co-occurrence table, and its file.
 * The table says that every product goes with the two products half a catalogue later.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addLearned, type CooccurrenceTable } from '../../src/core/catalog';
import { parseManifest } from '../../src/core/catalog/bundle/manifest-file';

const [folder] = process.argv.slice(2);
const written = readFileSync(new URL('../../dist/bundle/manifest.json', import.meta.url));
const manifest = parseManifest(new Uint8Array(written).buffer);
mkdirSync(folder, { recursive: true });
await addLearned(manifest, { cooccurrence: opposite(manifest.count) }, async (name, bytes) =>
  writeFileSync(join(folder, name), bytes),
);

function opposite(count: number): CooccurrenceTable {
  const half = Math.floor(count / 2);
  return {
    count,
    offsets: Uint32Array.from({ length: count + 1 }, (_, item) => 2 * item),
    rows: Uint32Array.from({ length: 2 * count }, (_, at) => (Math.floor(at / 2) + half + (at % 2)) % count),
    lifts: new Float32Array(2 * count).fill(9),
  };
}
