/**
 * `tsx e2e/support/learned-bundle.ts <companions> <untrained>`: writes the files in which two bundles differ from the built demo, both
 * without a side model. In the first, the co-occurrence table says that every product goes with the two products half a catalogue later,
 * best with the first.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { folderFetch } from '../../packages/cli/bundler/folder-bundle';
import { addLearned, type CooccurrenceTable, openBundle } from '../../src/core/catalog';

const [companions, untrained] = process.argv.slice(2);
const bundle = await openBundle(folderFetch(fileURLToPath(new URL('../../dist/bundle', import.meta.url))));
const none = async () => null;
const before = { ...bundle, side: none, demand: none };
await addLearned(before, {}, into(untrained));
await addLearned(before, { cooccurrence: opposite(bundle.items.length) }, into(companions));

function into(folder: string) {
  mkdirSync(folder, { recursive: true });
  return async (name: string, bytes: Uint8Array) => writeFileSync(join(folder, name), bytes);
}

function opposite(count: number): CooccurrenceTable {
  const half = Math.floor(count / 2);
  return {
    count,
    offsets: Uint32Array.from({ length: count + 1 }, (_, item) => 2 * item),
    rows: Uint32Array.from({ length: 2 * count }, (_, at) => (Math.floor(at / 2) + half + (at % 2)) % count),
    lifts: Float32Array.from({ length: 2 * count }, (_, at) => 9 - (at % 2)),
  };
}
