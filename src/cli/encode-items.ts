import { type FeatureTable, type Modality, quantizeRow, rowsPerItem } from '../catalog';
import { type Encoder, fitProjection, type Projection, project, type RawTaps } from '../encoders';

/** Items whose taps set the statistics and the projection; a random selection when there are more. */
const SAMPLE = 4096;
/** Items in one call of the encoder. */
const BATCH = 32;

export interface EncodeItems<Input> {
  modality: Modality;
  encoder: Encoder<Input>;
  /** Rows of the table to fill: the items that have this modality. */
  rows: number[];
  /** What to encode of a row; null when it turns out that there is nothing: the row stays empty. */
  load(row: number): Promise<Input | null>;
  /** Filled in place. */
  features: FeatureTable;
  /** Statistics and projection to use; found from the items when absent. */
  projection?: Projection;
  /** Called as items are done. */
  advance(count: number): void;
}

/**
 * Encodes one modality of many items: a sample first, which fixes mean, deviation and projection of every tap where they
 * are not given, then the rest, so that the memory needed does not grow with the catalogue.
 * @returns the projection, or null when no item has this modality
 */
export async function encodeItems<Input>(task: EncodeItems<Input>): Promise<Projection | null> {
  const { encoder, features, modality } = task;
  const order = shuffled(task.rows);
  const widths = encoder.preset.taps.map((tap) => tap.width);

  const sample: { row: number; taps: RawTaps }[] = [];
  const store = (projection: Projection, rows: number[], raw: RawTaps): void =>
    storeRows(features, modality, rows, project(projection, raw));
  const fitSample = (): Projection => {
    // The order of summation must not depend on the order of encoding.
    sample.sort((a, b) => a.row - b.row);
    const taps = widths.map((width, t) => {
      const joined = new Float32Array(sample.length * width);
      for (const [n, item] of sample.entries()) joined.set(item.taps[t], n * width);
      return joined;
    });
    const fitted = fitProjection(taps, sample.length, { dim: features.dim });
    store(
      fitted,
      sample.map((item) => item.row),
      taps,
    );
    return fitted;
  };

  let projection: Projection | null = task.projection ?? null;
  for await (const batch of encodedBatches(task, order)) {
    if (projection) {
      store(projection, batch.rows, batch.taps);
      continue;
    }
    for (const [n, row] of batch.rows.entries()) {
      sample.push({ row, taps: widths.map((width, t) => batch.taps[t].slice(n * width, (n + 1) * width)) });
    }
    if (sample.length >= SAMPLE) projection = fitSample();
  }
  return projection ?? (sample.length > 0 ? fitSample() : null);
}

/** Loads the next batch while the present one is encoded. */
async function* encodedBatches<Input>(
  { load, encoder, advance }: EncodeItems<Input>,
  rows: number[],
): AsyncGenerator<{ rows: number[]; taps: RawTaps }> {
  const loadBatch = async (start: number) => {
    const batch = rows.slice(start, start + BATCH);
    const loaded = await Promise.all(batch.map(async (row) => ({ row, input: await load(row) })));
    return { size: batch.length, loaded: loaded.flatMap(({ row, input }) => (input === null ? [] : [{ row, input }])) };
  };
  let next = loadBatch(0);
  for (let start = 0; start < rows.length; start += BATCH) {
    const { size, loaded } = await next;
    next = loadBatch(start + BATCH);
    // If encoding throws, nobody awaits the batch already on its way; its own error would be the second one.
    next.catch(() => {});
    if (loaded.length > 0) {
      const taps = await encoder.encode(loaded.map(({ input }) => input));
      yield { rows: loaded.map(({ row }) => row), taps };
    }
    advance(size);
  }
}

function storeRows(features: FeatureTable, modality: Modality, rows: number[], projected: Float32Array): void {
  const { dim, taps } = features;
  const perItem = rowsPerItem(features);
  const offset = modality === 'text' ? 0 : taps.text;
  for (const [n, row] of rows.entries()) {
    for (let t = 0; t < taps[modality]; t++) {
      const from = (n * taps[modality] + t) * dim;
      const to = row * perItem + offset + t;
      features.scales[to] = quantizeRow(projected.subarray(from, from + dim), features.values, to * dim);
    }
  }
}

/** A fixed shuffle (mulberry32, seed 1), so that the sample is fair whatever the feed's order and the same every time. */
function shuffled(rows: number[]): number[] {
  const out = [...rows];
  let state = 1;
  const random = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [out[i], out[j]] = [out[j], out[i]];
  }
  return out;
}
