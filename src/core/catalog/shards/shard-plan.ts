import { grouped } from '../../common/grouped';
import type { Item } from '../item';
import { type VariantGroups, variantGroups } from '../variants/variant-groups';

/** Vectors of the items of a catalogue, in the space in which a page compares them. */
export interface Space {
  dims: number;
  /** [count * dims] */
  values: Float32Array;
}

/** The shards of the bundle that a new one replaces, made in a comparable space. */
export interface PreviousShards {
  items: readonly Pick<Item, 'id'>[];
  /** The shard of each item. */
  shardOf: Uint32Array;
  /** Stored bytes of each file of the bundle that is known to be complete; it is not written again. */
  stored?: ReadonlyMap<string, number>;
}

/** Maximum number of items in a shard, relative to the target. */
const MAX_FULL = 2;
/** Factor of growth or shrinkage from which a catalogue is grouped from scratch. */
const MAX_GROWTH = 2;

/**
 * Groups the items of a catalogue into shards. If shards exist already, an item stays in its shard, new items join the nearest one,
 * and only shards that became too large are split: all other shards keep their members, and therefore their files. The
 * variants of a product share a shard, because a page that loads one variant needs them all; only a product with more variants
 * than a shard may hold is split.
 * @param space called only if items must be grouped
 * @param target number of items in a shard
 * @returns the rows of every shard, by id
 */
export function planShards(
  items: readonly Pick<Item, 'id' | 'group'>[],
  space: () => Space,
  target: number,
  previous: PreviousShards | null,
): number[][] {
  const variants = variantGroups(items);
  const groups =
    previous && comparable(previous, items.length)
      ? keptGroups(space, items, variants, previous, target)
      : splitProducts(space(), Int32Array.from(items.keys()), variants, target);
  const byId = (a: number, b: number): number => (items[a].id < items[b].id ? -1 : 1);
  return groups.map((group) => [...group].sort(byId));
}

const comparable = ({ items }: PreviousShards, count: number): boolean =>
  count < MAX_GROWTH * items.length && items.length < MAX_GROWTH * count;

/** Groups products by their first variants; the other variants of a product join it. */
function splitProducts(space: Space, rows: Int32Array, variants: VariantGroups | null, target: number): Int32Array[] {
  if (!variants) return bisected(space, rows, target);
  const members = grouped(rows, (row) => variants.of[row]?.[0] ?? row);
  const split = (products: Int32Array, size: number): Int32Array[] =>
    bisected(space, products, size).flatMap((part) => {
      const all = Int32Array.from([...part].flatMap((product) => members.get(product) ?? []));
      if (all.length <= MAX_FULL * target) return [all];
      // Products with many variants leave room for fewer products.
      return part.length > 1 ? split(part, Math.ceil(part.length / 2)) : bisected(space, all, target);
    });
  return split(Int32Array.from(members.keys()), Math.max(1, Math.floor((target * members.size) / rows.length)));
}

function keptGroups(
  makeSpace: () => Space,
  items: readonly Pick<Item, 'id'>[],
  variants: VariantGroups | null,
  { shardOf, items: before }: PreviousShards,
  target: number,
): Int32Array[] {
  const known = new Map(before.map(({ id }, row) => [id, shardOf[row]]));
  const count = shardOf.reduce((most, shard) => Math.max(most, shard + 1), 0);
  const groups: number[][] = Array.from({ length: count }, () => []);
  const placed: (number | undefined)[] = items.map(({ id }, row) => {
    const first = variants?.of[row]?.map((other) => known.get(items[other].id)).find((shard) => shard !== undefined);
    return first ?? known.get(id);
  });
  for (const [row, shard] of placed.entries()) if (shard !== undefined) groups[shard].push(row);
  let made: Space | undefined;
  const space = (): Space => {
    made ??= makeSpace();
    return made;
  };
  // A shard that lost all of its items attracts no new ones.
  const filled = [...groups.keys()].filter((shard) => groups[shard].length > 0);
  const centers = placed.includes(undefined) ? filled.map((shard) => meanOf(space(), groups[shard])) : [];
  const added = new Map<number, number>();
  for (const [row, shard] of placed.entries()) {
    if (shard !== undefined) continue;
    const product = variants?.of[row]?.[0] ?? row;
    const nearest = added.get(product) ?? filled[nearestOf(rowOf(space(), product), centers)];
    added.set(product, nearest);
    groups[nearest].push(row);
  }
  // Shards from a split come last because the other shards must keep their numbers; an empty one gets the last one's items.
  const more: Int32Array[] = [];
  const kept = groups.map((group): Int32Array => {
    const rows = Int32Array.from(group);
    if (rows.length <= MAX_FULL * target) return rows;
    const [first, ...others] = splitProducts(space(), rows, variants, target);
    more.push(...others);
    return first;
  });
  const all = [...kept, ...more];
  for (let shard = all.length - 1; shard >= 0; shard--) {
    const last = all.length - 1;
    if (all[shard].length > 0) continue;
    all[shard] = all[last];
    all.length = last;
  }
  return all;
}

/** Rows on which the centres of a split are computed, and rounds of doing so. */
const SAMPLE = 4096;
const ROUNDS = 12;

/** Smallest share of a group on one side of a split. */
const MIN_SIDE = 0.2;
/** Largest part, relative to the target: parts that follow the boundaries of the data have different sizes. */
const MAX_PART = 1.25;

/**
 * Groups rows by bisecting 2-means: a group is split where its two centres are equally near, but so that neither side is tiny, until
 * it has at most 1.25 times the target number of rows. Consecutive parts are near each other. The work grows with rows *
 * log(rows). Centres start from the given order, so the same input gives the same parts.
 * @param rows rows to group; their order decides ties
 * @returns rows of every part
 */
function bisected(space: Space, rows: Int32Array, target: number): Int32Array[] {
  if (rows.length <= Math.max(1, MAX_PART * target)) return rows.length > 0 ? [rows] : [];
  const nearness = comparedNearness(space, rows);
  const order = [...rows.keys()].sort((a, b) => nearness[a] - nearness[b] || a - b);
  const natural = nearness.reduce((count, value) => count + Number(value < 0), 0);
  const least = Math.max(1, Math.floor(MIN_SIDE * rows.length));
  const left = Math.max(least, Math.min(rows.length - least, natural));
  const side = (places: readonly number[]): Int32Array => Int32Array.from(places, (place) => rows[place]).sort();
  return [order.slice(0, left), order.slice(left)].flatMap((places) => bisected(space, side(places), target));
}

/** Squared distance of each row from the first of two centres less that from the second. */
function comparedNearness(space: Space, rows: Int32Array): Float32Array {
  const { dims, values } = space;
  const size = Math.min(rows.length, SAMPLE);
  const sample = Int32Array.from({ length: size }, (_, n) => rows[Math.floor((n * rows.length) / size)]);
  let centers = furthest(space, sample);
  const nearness = (of: Int32Array): Float32Array => {
    const [one, other] = centers;
    const apart = other.map((value, d) => 2 * (value - one[d]));
    const boundary = one.reduce((sum, value, d) => sum + value ** 2 - other[d] ** 2, 0);
    return Float32Array.from(of, (row) => {
      let sum = boundary;
      for (let d = 0, at = row * dims; d < dims; d++, at++) sum += apart[d] * values[at];
      return sum;
    });
  };
  for (let round = 0; round < ROUNDS; round++) {
    const near = nearness(sample);
    const halves = [sample.filter((_, n) => near[n] < 0), sample.filter((_, n) => near[n] >= 0)];
    if (halves.some(({ length }) => length === 0)) break;
    centers = halves.map((half) => meanOf(space, half));
  }
  return nearness(rows);
}

/** The row of a sample furthest from its mean, and the row furthest from that one. */
function furthest(space: Space, sample: Int32Array): Float32Array[] {
  const far = (from: Float32Array): Float32Array => {
    const distances = Array.from(sample, (row) => squaredDistance(rowOf(space, row), from));
    return rowOf(space, sample[distances.indexOf(Math.max(...distances))]);
  };
  const one = far(meanOf(space, sample));
  return [one, far(one)];
}

const rowOf = ({ dims, values }: Space, row: number): Float32Array => values.subarray(row * dims, (row + 1) * dims);

const squaredDistance = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, d) => sum + (value - b[d]) ** 2, 0);

/** Mean of some rows. @returns [dims] */
function meanOf({ dims, values }: Space, rows: ArrayLike<number>): Float32Array {
  const sums = new Float64Array(dims);
  for (let n = 0; n < rows.length; n++) {
    for (let d = 0, at = rows[n] * dims; d < dims; d++, at++) sums[d] += values[at];
  }
  return Float32Array.from(sums, (sum) => sum / Math.max(1, rows.length));
}

/** Index of the centre nearest to a row; the first one if several are equally near. */
function nearestOf(row: Float32Array, centers: readonly Float32Array[]): number {
  let [nearest, best] = [0, Number.POSITIVE_INFINITY];
  for (const [n, center] of centers.entries()) {
    let sum = 0;
    for (let d = 0; d < row.length && sum < best; d++) sum += (row[d] - center[d]) ** 2;
    if (sum < best) [nearest, best] = [n, sum];
  }
  return nearest;
}
