import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeItem } from '../../../../testing/bundles';
import { sideModel } from '../../../../testing/side-models';
import { joinBytes } from '../../common/bytes';
import { createTable } from '../features/feature-table';
import { decodeHead, decodeShard, encodeHead, encodeShard, type Head, type Shard, type ShardFrame } from './shard-file';

const DIM = 3;
const COUNT = 2;
const FILE = 'shard-1.bin';
const file = { file: 'x.bin', sha256: '0'.repeat(64), bytes: 1 };

const shards: ShardFrame['shards'] = {
  count: 5,
  target: 2,
  bytes: 1,
  largest: 2,
  whole: true,
  files: [file],
  directory: file,
  ids: file,
  head: file,
};
/** Frames of a bundle without trained data, and of one with all of it. */
const plainFrame: ShardFrame = { dim: DIM, count: 9, shards };
const frame: ShardFrame = {
  ...plainFrame,
  companions: { bytes: 1, support: 'orders' },
  side: { bytes: 1, width: 4, digest: 'd'.repeat(64) },
  demand: { bytes: 1, sums: { choices: 30, recent: 12 }, repeats: 0.5 },
};

function features() {
  const table = createTable({ dim: DIM, taps: { text: 1, image: 1 } }, COUNT);
  table.values.set([1, 2, 3, 4, 5, 6, 7, 8, 9, -1, -2, -3]);
  table.scales.set([1, 0, 0.5, 2]);
  return table;
}

const plain: Shard = {
  items: [makeItem('ä', { price: 3, attributes: { colour: 'red' } }), makeItem('b')],
  features: features(),
  positions: Uint32Array.of(7, 2 ** 32 - 1),
};
// Decays are exact in a file.
const model = { ...sideModel(COUNT, 4, [0.5, 0.75]), digest: 'd'.repeat(64) };
const { vectors, biases } = model;
const trained: Shard = {
  ...plain,
  side: { vectors, biases },
  // Exact in a file, because the only values are the largest and 0.
  demand: {
    choices: Float32Array.of(3, 0),
    recent: Float32Array.of(0, 3),
    repeats: 0.5,
  },
  companions: {
    offsets: Uint32Array.of(0, 2, 2),
    shards: Uint32Array.of(4, 0),
    hashes: Uint32Array.of(65_535, 0),
    lifts: Float32Array.of(2, 2),
    support: Uint16Array.of(3, 0),
  },
};
const head: Head = {
  ...trained,
  model,
  shards: Uint32Array.of(4, 0),
  statistics: { count: 9, categories: [['Food', 9]], numbers: [], popularity: { known: 0, any: false, mean: 0 } },
};
const invalid = expect.objectContaining({ code: 'bundle/invalid' });
const bytesOf = (shard: Shard) => encodeShard(shard, shards.count).bytes;

describe('a shard, as a file,', () => {
  it('is the same after writing and reading, with and without trained data', () => {
    expect(decodeShard(bytesOf(plain).buffer, FILE, plainFrame)).toEqual(plain);
    const { side, demand, ...exact } = decodeShard(bytesOf(trained).buffer, FILE, frame);
    const { side: _, demand: __, ...before } = trained;
    expect(exact).toEqual(before);
    expect(demand).toEqual({ ...trained.demand, sums: { choices: 30, recent: 12, count: 9 } });
    expect(side?.biases).toEqual(biases);
    for (const [n, value] of vectors.entries()) expect(side?.vectors[n]).toBeCloseTo(value, 1);
  });

  it('has the bytes of its parts, whose number is reported', () => {
    const { bytes, sections } = encodeShard(trained, shards.count);
    expect(sections).toMatchObject({
      positions: 8,
      features: 4 * 4 + 12,
      side: 2 * (8 + 4),
      companions: 4 + 2 + 2 * 7,
    });
    expect(Object.values(sections).reduce((sum, length) => sum + length, 4 * 6)).toBe(bytes.byteLength);
    expect(encodeShard(plain, shards.count).sections).toMatchObject({ side: 0, demand: 0, companions: 0 });
  });

  it('is refused when it is cut anywhere, or longer', () => {
    const bytes = bytesOf(trained);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeShard(bytes.slice(0, length).buffer, FILE, frame), `${length}`).toThrow(invalid);
    }
    expect(() => decodeShard(Uint8Array.of(...bytes, 0).buffer, FILE, frame)).toThrow(invalid);
  });

  it.each([0, 1, 2, 3, 4, 5])('is refused when part %i has another length than it names', (part) => {
    const { buffer } = bytesOf(trained);
    const view = new DataView(buffer);
    for (const length of [0, view.getUint32(4 * part, true) + 1, 0xffff_ffff]) {
      const damaged = buffer.slice(0);
      new DataView(damaged).setUint32(4 * part, length, true);
      expect(() => decodeShard(damaged, FILE, frame)).toThrow(invalid);
    }
    // The same total, but other parts.
    const next = (part + 1) % 6;
    view.setUint32(4 * part, view.getUint32(4 * part, true) - 1, true);
    view.setUint32(4 * next, view.getUint32(4 * next, true) + 1, true);
    expect(() => decodeShard(buffer, FILE, frame)).toThrow(invalid);
  });

  it('is refused for other items, widths or trained data than the manifest names', () => {
    const { buffer } = bytesOf(trained);
    // More items than the largest shard has.
    expect(() => decodeShard(buffer, FILE, { ...frame, shards: { ...shards, largest: 1 } })).toThrow(invalid);
    const { buffer: without } = bytesOf(plain);
    for (const key of ['companions', 'side', 'demand'] as const) {
      expect(() => decodeShard(without, FILE, { ...plainFrame, [key]: frame[key] }), key).toThrow(invalid);
    }
    const others: Partial<ShardFrame>[] = [
      { dim: 4 },
      { side: { bytes: 1, width: 3, digest: '' } },
      { companions: { bytes: 1 } },
      // The last of five shards is named.
      { shards: { ...shards, count: 4 } },
    ];
    for (const change of others) {
      expect(() => decodeShard(buffer, FILE, { ...frame, ...change }), JSON.stringify(change)).toThrow(invalid);
    }
  });

  it('is refused for items that do not fit, by the name of the file', () => {
    const { buffer, byteOffset } = bytesOf(plain);
    const rest = new Uint8Array(buffer, byteOffset);
    const length = new DataView(buffer).getUint32(0, true);
    const text = new TextEncoder().encode('[{"id":"a","title":"A"},{"id":"b"}]');
    const start = rest.slice(0, 24);
    new DataView(start.buffer).setUint32(0, text.byteLength, true);
    const other = joinBytes([start, text, rest.slice(24 + length)]);
    expect(() => decodeShard(other.buffer, FILE, plainFrame)).toThrow(
      expect.objectContaining({ code: 'bundle/invalid', message: expect.stringMatching(/shard-1\.bin.*title/) }),
    );
  });
});

describe('bytes of anyone', () => {
  /** Other numbers in some places. */
  const changes = fc.array(fc.tuple(fc.nat(2 ** 16), fc.nat(255)), { minLength: 1, maxLength: 6 });
  const damaged = (bytes: Uint8Array, at: readonly (readonly [number, number])[]): ArrayBuffer => {
    const copy = new Uint8Array(bytes);
    for (const [place, value] of at) copy[place % copy.length] = value;
    return copy.buffer;
  };
  const readable = (read: () => unknown): void => {
    try {
      read();
    } catch (error) {
      expect(error).toEqual(invalid);
    }
  };

  it('are read or refused in words', () => {
    const [whole, first] = [bytesOf(trained), encodeHead(head, shards.count)];
    void fc.assert(
      fc.property(changes, (at) => {
        readable(() => decodeShard(damaged(whole, at), FILE, frame));
        readable(() => decodeHead(damaged(first, at), FILE, frame));
      }),
      { numRuns: 300 },
    );
    void fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        readable(() => decodeShard(new Uint8Array(bytes).buffer, FILE, frame));
        readable(() => decodeHead(new Uint8Array(bytes).buffer, FILE, frame));
      }),
    );
  });
});

describe('a head, as a file,', () => {
  const bytes = encodeHead(head, shards.count);

  it('is the same after writing and reading, with and without trained data', () => {
    const read = decodeHead(bytes.buffer, FILE, frame);
    expect(read).toMatchObject({ items: head.items, shards: head.shards, statistics: head.statistics });
    expect(read.model).toMatchObject({ width: 4, states: model.states, biases, digest: model.digest });
    expect(read.side).toBe(read.model);
    const bare: Head = { ...plain, model: null, shards: head.shards, statistics: head.statistics };
    expect(decodeHead(encodeHead(bare, shards.count).buffer, FILE, plainFrame)).toEqual(bare);
  });

  it('is refused when it is cut, for other items or widths, or if it names a shard that the catalogue lacks', () => {
    for (let length = 0; length < bytes.length; length += 7) {
      expect(() => decodeHead(bytes.slice(0, length).buffer, FILE, frame), `${length}`).toThrow(invalid);
    }
    expect(() => decodeHead(bytes.buffer, FILE, { ...frame, count: 1 })).toThrow(invalid);
    const side = { bytes: 1, width: 5, digest: '' };
    expect(() => decodeHead(bytes.buffer, FILE, { ...frame, side })).toThrow(invalid);
    const far = encodeHead({ ...head, shards: Uint32Array.of(5, 0) }, shards.count);
    expect(() => decodeHead(far.buffer, FILE, frame)).toThrow(invalid);
  });

  it('is refused for statistics that do not fit', () => {
    const other = encodeHead({ ...head, statistics: { ...head.statistics, count: -1 } }, shards.count);
    expect(() => decodeHead(other.buffer, FILE, frame)).toThrow(invalid);
  });
});
