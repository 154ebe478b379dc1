import { describe, expect, it } from 'vitest';
import { sha256 } from '../../common/bytes';
import {
  type DirectoryNode,
  decodeFileList,
  decodeNode,
  directoryShape,
  encodeFileList,
  encodeNode,
  meanOf,
  type NodeShape,
  nodeBytes,
} from './directory';

const fileOf = async (stem: string, content: string) => {
  const digest = await sha256(new TextEncoder().encode(content));
  return { file: `${stem}-${digest.slice(0, 16)}.bin`, sha256: digest.slice(0, 16), bytes: content.length };
};

const node = (side = 2): DirectoryNode => ({
  content: { width: 3, values: Float32Array.of(1, 0.5, -1, 0, 0, 0, 0.2, 0.1, 0) },
  side: { width: side, values: Float32Array.from({ length: 3 * side }, (_, n) => (n - 2) / 4) },
  biases: side > 0 ? Float32Array.of(-1, 0, 1) : new Float32Array(3),
  popularity: Float32Array.of(0.5, -2, 0),
});

/** The entries of a node. */
const entriesOf = ({ content, side, biases, popularity }: DirectoryNode): Float32Array[] =>
  Array.from(biases, (bias, n) => {
    const [own, sides] = [content, side].map(({ width, values }) => values.subarray(n * width, (n + 1) * width));
    return Float32Array.of(...own, ...sides, bias, popularity[n]);
  });

const SHAPE: NodeShape = { file: 'directory.bin', entries: 3, content: 3, side: 2 };
const invalid = expect.objectContaining({ code: 'bundle/invalid', message: expect.stringContaining('directory.bin') });

describe('a node of the directory', () => {
  it.each([0, 2])('is the same after writing and reading, its means in few steps (side width %i)', (side) => {
    const before = node(side);
    const after = decodeNode(encodeNode(entriesOf(before), { content: 3, side }).buffer, { ...SHAPE, side });
    const { content, side: sides, ...exact } = before;
    expect(after).toMatchObject(exact);
    for (const [means, read] of [
      [content, after.content],
      [sides, after.side],
    ]) {
      expect(read.width).toBe(means.width);
      for (const [n, value] of means.values.entries()) expect(read.values[n]).toBeCloseTo(value, 1);
    }
  });

  it('is refused if it is cut, too long, or for other entries or widths', () => {
    const bytes = encodeNode(entriesOf(node()), SHAPE);
    expect(bytes.byteLength).toBe(nodeBytes(SHAPE));
    expect(() => decodeNode(bytes.buffer, SHAPE)).not.toThrow();
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeNode(bytes.slice(0, length).buffer, SHAPE), `${length}`).toThrow(invalid);
    }
    expect(() => decodeNode(Uint8Array.of(...bytes, 0).buffer, SHAPE)).toThrow(invalid);
    for (const change of [{ entries: 4 }, { content: 4 }, { side: 0 }, { side: 3 }]) {
      expect(() => decodeNode(bytes.buffer, { ...SHAPE, ...change })).toThrow(invalid);
    }
  });

  // Of 3 entries: popularities, scales, scales of the side means, biases.
  it.each<[string, number, number]>([
    ['a popularity', 0, 3e38],
    ['a scale of content', 3, Number.NaN],
    ['a scale below 0', 3, -1],
    ['a scale of the side means', 6, Number.POSITIVE_INFINITY],
    ['a bias', 9, Number.NaN],
  ])('is refused for %s out of range', (_, word, value) => {
    const { buffer } = encodeNode(entriesOf(node()), SHAPE);
    new DataView(buffer).setFloat32(4 * word, value, true);
    expect(() => decodeNode(buffer, SHAPE)).toThrow(invalid);
  });
});

it('a list of files is the same after writing and reading, and refused for another number of files', async () => {
  const files = await Promise.all(['a', 'bb'].map((name) => fileOf('ids', name)));
  const bytes = encodeFileList(files);
  expect(decodeFileList(bytes.buffer, 'directory.bin', 'ids', 2)).toEqual(files);
  for (const length of [0, 1, 12, 23]) {
    expect(() => decodeFileList(bytes.slice(0, length).buffer, 'directory.bin', 'ids', 2)).toThrow(invalid);
  }
  expect(() => decodeFileList(bytes.buffer, 'directory.bin', 'ids', 3)).toThrow(invalid);
});

it('the directory has one node up to 64 shards, and the square root of their number in each from there on', () => {
  expect([1, 64].map(directoryShape)).toEqual([
    { branch: 64, levels: 1 },
    { branch: 64, levels: 1 },
  ]);
  expect([65, 7813].map(directoryShape)).toEqual([
    { branch: 9, levels: 2 },
    { branch: 89, levels: 2 },
  ]);
});

it('a mean weighs its rows', () => {
  const values = Float32Array.of(1, 0, 4, 2);
  expect([...meanOf({ width: 2, values }, [1, 1])]).toEqual([2.5, 1]);
  expect([...meanOf({ width: 2, values }, [1, 3])]).toEqual([3.25, 1.5]);
  expect([...meanOf({ width: 0, values: new Float32Array() }, [1, 3])]).toEqual([]);
});
