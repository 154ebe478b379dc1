import { sha256 } from '@noble/hashes/sha2.js';
import { type FeatureTable, type Modality, rowsPerItem } from '../../../src/core/catalog';
import { listReader } from '../../../src/core/common/bytes';
import { nextTask } from '../../../src/core/common/tasks';
import { fitProjection, type Projection, type RawTaps } from '../../../src/core/encoders';
import { decodeRaw, rowsPayloads, shareProjection } from './chunk';
import { type EncodedRows, encodeRows, type RowsTask } from './encode-rows';
import { type CacheFolder, FeatureCache, rowsKey } from './feature-cache';
import { type Meter, metered } from './meter';

export interface ModalityTask extends Omit<RowsTask, 'advance' | 'cache' | 'projection' | 'store'> {
  /** Labels of the meter for one input and for many. */
  labels: { one: string; many: string };
  meter: Meter;
  id(row: number): string;
  /** Key shared by rows of one product with the same input; a sample takes one of them. Undefined for all other rows. */
  repeated(row: number): string | undefined;
  /** The rows of this modality, filled in place. */
  features: FeatureTable;
  /** Projection to use; fitted to a sample of the rows if absent. */
  fixed?: Projection;
  cache: CacheFolder;
  /** Called with the raw taps of each row of the sample, long before the sample is complete and `features` has its first rows. */
  onTaps?(row: number, taps: RawTaps, modality: Modality): void;
}

/**
 * Fills the rows of one modality. Without a given projection, the taps of a sample are encoded first, and mean, deviation and
 * axes are fitted to them; each further item is projected at once, which keeps only the sample's taps in memory. Everything
 * encoded is cached: an interrupted build continues where it stopped, and the next one encodes only new or changed inputs.
 */
export async function encodeModality(task: ModalityTask) {
  const { modality, preset, features, fixed, meter, labels } = task;
  const sample = fixed ? null : await encodeSample(task);
  const before = { encoded: sample?.encoded ?? 0, reused: sample?.reused ?? 0 };
  const projection = fixed ?? sample?.projection ?? null;
  if (!projection) return { projection, fitted: null, ...before };
  const shared = await shareProjection(modality, projection);
  const rowBytes = preset.taps.length * (4 + features.dim);
  const cache = new FeatureCache(await task.cache(`${modality}-rows.cache`), rowBytes);
  try {
    const store = (row: number, payload: Uint8Array): void => storeRow(task, row, payload);
    const project = ({ row, key, taps }: Sampled): void => {
      const name = rowsKey(key, shared.digest);
      const known = cache.get(name);
      const payload = known ?? rowsPayloads(projection, taps)[0];
      if (!known) cache.add(name, payload);
      store(row, payload);
    };
    const sampled = sample?.items ?? [];
    if (sampled.length > 0) {
      await metered(meter, `${labels.one} rows`, sampled.length, (advance) => {
        for (const item of sampled) {
          project(item);
          advance(1);
        }
      });
    }
    const rows = task.rows.filter((row) => !sample?.rows.has(row));
    const rest = await encodeMetered(task, labels.many, { rows, cache, projection: shared, store });
    cache.tidy();
    return {
      projection,
      /** Number of items to which the projection was fitted; null if it was given. */
      fitted: sample?.items.length ?? null,
      encoded: before.encoded + rest.encoded,
      reused: before.reused + rest.reused,
    };
  } finally {
    cache.close();
  }
}

async function encodeMetered(
  task: ModalityTask,
  label: string,
  of: Pick<RowsTask, 'rows' | 'cache' | 'projection' | 'store'>,
): Promise<EncodedRows> {
  if (of.rows.length === 0) return { encoded: 0, reused: 0 };
  return metered(task.meter, label, of.rows.length, (advance) => encodeRows({ ...task, ...of, advance }));
}

interface Sampled {
  row: number;
  key: Uint8Array;
  taps: RawTaps;
}

/** @returns all rows of the sample, rejected ones included; its items in its order; no projection if none could be encoded */
async function encodeSample(task: ModalityTask) {
  const { modality, preset, features, labels, meter } = task;
  const widths = preset.taps.map((tap) => tap.width);
  const rawBytes = 4 * widths.reduce((sum, width) => sum + width, 0);
  const cache = new FeatureCache(await task.cache(`${modality}-sample.cache`), rawBytes);
  try {
    const rows = sampleRows(task.rows, task.id, task.repeated);
    const found = new Map<number, Sampled>();
    const store = (row: number, payload: Uint8Array, key: Uint8Array): void => {
      const taps = decodeRaw(payload, widths);
      found.set(row, { row, key, taps });
      task.onTaps?.(row, taps, modality);
    };
    const label = rows.length < task.rows.length ? `${labels.one} sample` : labels.many;
    const counts = await encodeMetered(task, label, { rows, cache, projection: null, store });
    cache.tidy();
    const items = rows.flatMap((row) => found.get(row) ?? []);
    const projection = items.length > 0 ? await fitted(items, widths, { dim: features.dim, labels, meter }) : null;
    return { rows: new Set(rows), items, projection, ...counts };
  } finally {
    cache.close();
  }
}

/** Fits the projection tap by tap, which shows progress and copies only one tap of the sample at a time. */
async function fitted(
  items: Sampled[],
  widths: number[],
  { dim, labels, meter }: Pick<ModalityTask, 'labels' | 'meter'> & { dim: number },
): Promise<Projection> {
  const taps: Projection['taps'] = [];
  await metered(meter, `${labels.one} axes`, widths.length, async (advance) => {
    for (const [t, width] of widths.entries()) {
      const joined = new Float32Array(items.length * width);
      for (const [n, item] of items.entries()) joined.set(item.taps[t], n * width);
      taps.push(...fitProjection([joined], items.length, { dim }).taps);
      advance(1);
      // Lets the event loop run between two taps: the meter must be drawn and signals handled.
      await nextTask();
    }
  });
  return { dim, taps };
}

function storeRow({ features, modality }: ModalityTask, row: number, payload: Uint8Array): void {
  const { dim, taps } = features;
  const count = taps[modality];
  const first = row * rowsPerItem(features) + (modality === 'text' ? 0 : taps.text);
  const read = listReader(payload);
  features.scales.set(read.floats(count), first);
  features.values.set(read.int8(count * dim), first * dim);
}

/** Number of items whose taps determine the statistics and the projection. */
export const SAMPLE = 4096;

/**
 * A sample of a catalogue: the rows whose item ids have the smallest SHA-256, in that order. It depends neither on the order of
 * the feed nor on chance, and changes little when the catalogue changes.
 * @param repeated key of a row; of rows with the same key, only the first in that order is in the sample
 */
export function sampleRows(
  rows: readonly number[],
  id: (row: number) => string,
  repeated: (row: number) => string | undefined = () => undefined,
  size = SAMPLE,
): number[] {
  const ranked = rows.map((row) => ({ row, rank: rankOf(id(row)) }));
  ranked.sort((a, b) => a.rank - b.rank || a.row - b.row);
  const known = new Set<string>();
  const isNew = (key: string | undefined): boolean => key === undefined || (!known.has(key) && !!known.add(key));
  return ranked
    .map(({ row }) => row)
    .filter((row) => isNew(repeated(row)))
    .slice(0, size);
}

function rankOf(id: string): number {
  const digest = new DataView(sha256(new TextEncoder().encode(id)).buffer);
  return digest.getUint32(0) * 2 ** 16 + digest.getUint16(4);
}
