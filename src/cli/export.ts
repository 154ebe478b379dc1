import { join } from 'node:path';
import { Command, Option } from 'commander';
import Papa from 'papaparse';
import { openFolder } from '../build';
import { dequantize, MODALITIES } from '../catalog';
import { writeWhole } from '../training';
import { concludeRefused, interactionsOf, REFUSED_HELP, readEventFile, unknownText } from './event-file';

interface ExportOptions {
  bundle: string;
  events: string;
  out: string;
}

/**
 * `sidestream export --for torch`: writes what a base model is trained from, for a training elsewhere:
 * `image.npy` and `text.npy`, float32 [items + 1, K + 1, D] with zeros in row 0, the padding item; `items.json`, the ids
 * of rows 1, 2 …; `events.csv`, `user` and `item` as numbers from 0 and 1, `time` in milliseconds, oldest first.
 */
export function exportCommand(): Command {
  return new Command('export')
    .description('write features and events for a training on another machine')
    .addOption(new Option('--for <tool>', 'tool that reads the files').choices(['torch']).default('torch'))
    .requiredOption('--bundle <folder>', 'bundle with the features of the items')
    .requiredOption('--events <file>', 'CSV or JSON lines with user, item and time')
    .requiredOption('--out <folder>', 'where to write')
    .addHelpText('after', `\nExit status: 0 when the files were written, ${REFUSED_HELP}, 1 after an error.`)
    .action(async ({ bundle: folder, events: file, out }: ExportOptions) => {
      const bundle = await openFolder(folder);
      const { items, features } = bundle;
      const log = await readEventFile(file);
      const { interactions, unknown } = interactionsOf(log, bundle);
      const rows = items.map((_, row) => row);
      for (const modality of MODALITIES) {
        const perItem = features.taps[modality] * features.dim;
        const values = new Float32Array((items.length + 1) * perItem);
        values.set(dequantize(features, modality, rows), perItem);
        const shape = [items.length + 1, features.taps[modality], features.dim];
        await writeWhole(join(out, `${modality}.npy`), encodeNpy(values, shape));
      }
      const users = new Map<string, number>();
      const lines = interactions.map(({ user, row, time }) => {
        const number = users.get(user) ?? users.size;
        users.set(user, number);
        return [number, row + 1, time];
      });
      await writeWhole(join(out, 'items.json'), `${JSON.stringify(items.map(({ id }) => id))}\n`);
      await writeWhole(
        join(out, 'events.csv'),
        `${Papa.unparse({ fields: ['user', 'item', 'time'], data: lines }, { newline: '\n' })}\n`,
      );
      console.log(`${items.length} items and ${lines.length} events of ${users.size} users in ${out}`);
      const leftOut = unknownText(log, bundle, unknown);
      if (leftOut) console.log(leftOut);
      concludeRefused(log);
    });
}

/** Marks a .npy file, version 1.0. */
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0];
/** The data starts on a multiple of it. */
const ALIGNMENT = 64;

/** An array as a NumPy .npy file: float32, little-endian, row-major. */
export function encodeNpy(values: Float32Array, shape: readonly number[]): Uint8Array {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.map((side) => `${side},`).join(' ')}), }`;
  const unpadded = MAGIC.length + 2 + text.length + 1;
  const start = Math.ceil(unpadded / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(start + values.length * 4);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  view.setUint16(MAGIC.length, start - MAGIC.length - 2, true);
  bytes.set(new TextEncoder().encode(`${text.padEnd(start - MAGIC.length - 3)}\n`), MAGIC.length + 2);
  for (const [index, value] of values.entries()) view.setFloat32(start + index * 4, value, true);
  return bytes;
}
