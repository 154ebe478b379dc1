/**
 * `tsx e2e/support/learned-bundle.ts <folder>`: writes the files of the built demo that have a co-occurrence table.
 * The table says that every product goes with the two products half a catalogue later, best with the first.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addLearned, type CooccurrenceTable, openBundle } from '../../src/core/catalog';
import { folderFetch } from '../../src/shop/bundler/folder-bundle';

const [folder] = process.argv.slice(2);
const bundle = await openBundle(folderFetch(fileURLToPath(new URL('../../dist/bundle', import.meta.url))));
mkdirSync(folder, { recursive: true });
await addLearned(bundle, { cooccurrence: opposite(bundle.items.length) }, async (name, bytes) =>
  writeFileSync(join(folder, name), bytes),
);

function opposite(count: number): CooccurrenceTable {
  const half = Math.floor(count / 2);
  return {
    count,
    offsets: Uint32Array.from({ length: count + 1 }, (_, item) => 2 * item),
    rows: Uint32Array.from({ length: 2 * count }, (_, at) => (Math.floor(at / 2) + half + (at % 2)) % count),
    lifts: Float32Array.from({ length: 2 * count }, (_, at) => 9 - (at % 2)),
  };
}
