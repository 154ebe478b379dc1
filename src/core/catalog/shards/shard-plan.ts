import type { Item } from '../item';
import { type VariantGroups, variantGroups } from '../variants/variant-groups';

/** Vectors of the items of a catalogue, in the space in which a page compares them. */
export interface Space {
  dims: number;
  /** [count * dims] */
  values: Float32Array;
}

export interface ShardSizes {
  /** Target number of items in a shard. */
  target: number;
  /** Maximum number of items in a shard. */
  most: number;
}

/** The shards of the bundle that a new one replaces, made in a comparable space. */
export interface PreviousShards {
  items: readonly Pick<Item, 'id'>[];
  /** The shard of each item. */
  shardOf: Uint32Array;
}

/** Factor of growth or shrinkage from which a catalogue is grouped from scratch. */
const MAX_GROWTH = 2;

/**
 * Groups the items of a catalogue into shards. If shards exist already, an item stays in its shard, new items join the nearest one,
 * and only shards that became too large are split: all other shards keep their members, and therefore their files. The
 * variants of a product share a shard, because a page that loads one variant needs them all; only a product with more variants
 * than a shard may hold is split.
 * @returns the rows of every shard, by id
 */
export function planShards(
  items: readonly Pick<Item, 'id' | 'group'>[],
  space: Space,
  sizes: ShardSizes,
  previous: PreviousShards | null,
): number[][] {
  const variants = variantGroups(items);
  const groups =
    previous && comparable(previous, items.length)
      ? keptGroups(space, items, variants, previous, sizes)
      : splitProducts(space, Int32Array.from(items.keys()), variants, sizes);
  const byId = (a: number, b: number): number => (items[a].id < items[b].id ? -1 : 1);
  return groups.map((group) => [...group].sort(byId));
}

const comparable = ({ items }: PreviousShards, count: number): boolean =>
  count < MAX_GROWTH * items.length && items.length < MAX_GROWTH * count;

/** Like `clusterRows`, by the first variant of each product; its other variants join the same cluster. */
function splitProducts(
  space: Space,
  rows: Int32Array,
  variants: VariantGroups | null,
  sizes: ShardSizes,
): Int32Array[] {
  if (!variants) return clusterRows(space, rows, sizes);
  const members = new Map<number, number[]>();
  for (const row of rows) {
    const product = variants.of[row]?.[0] ?? row;
    const known = members.get(product);
    if (known) known.push(row);
    else members.set(product, [row]);
  }
  const split = (products: Int32Array, target: number): Int32Array[] =>
    clusterRows(space, products, { target, most: 2 * target }).flatMap((part) => {
      const all = Int32Array.from([...part].flatMap((product) => members.get(product) ?? []));
      if (all.length <= sizes.most) return [all];
      if (part.length === 1) return clusterRows(space, all, sizes);
      // Products with many variants leave room for fewer products.
      if (target > 1) return split(part, Math.floor(target / 2));
      return [...part].flatMap((product) => split(Int32Array.of(product), 1));
    });
  return split(Int32Array.from(members.keys()), Math.ceil((sizes.target * members.size) / rows.length));
}

function keptGroups(
  space: Space,
  items: readonly Pick<Item, 'id'>[],
  variants: VariantGroups | null,
  { shardOf, items: before }: PreviousShards,
  sizes: ShardSizes,
): Int32Array[] {
  const known = new Map(before.map(({ id }, row) => [id, shardOf[row]]));
  const count = shardOf.reduce((most, shard) => Math.max(most, shard + 1), 0);
  const groups: number[][] = Array.from({ length: count }, () => []);
  const placed: (number | undefined)[] = items.map(({ id }, row) => {
    const first = variants?.of[row]?.map((other) => known.get(items[other].id)).find((shard) => shard !== undefined);
    return first ?? known.get(id);
  });
  for (const [row, shard] of placed.entries()) if (shard !== undefined) groups[shard].push(row);
  // A shard that lost all of its items attracts no new ones.
  const filled = [...groups.keys()].filter((shard) => groups[shard].length > 0);
  const centers = { dims: space.dims, values: stack(filled, (shard) => meanOf(space, Int32Array.from(groups[shard]))) };
  const added = new Map<number, number>();
  for (const [row, shard] of placed.entries()) {
    if (shard !== undefined) continue;
    const product = variants?.of[row]?.[0] ?? row;
    const nearest = added.get(product) ?? filled[nearestOf(space, product, centers)];
    added.set(product, nearest);
    groups[nearest].push(row);
  }
  // Shards from a split come last because the other shards must keep their numbers; an empty one gets the last one's items.
  const more: Int32Array[] = [];
  const kept = groups.map((group): Int32Array => {
    const rows = Int32Array.from(group);
    if (rows.length <= sizes.most) return rows;
    const [first, ...others] = splitProducts(space, rows, variants, sizes);
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

/** Parts that a group is split into at a time; bounds the work per item, whatever the number of clusters. */
const BRANCHES = 16;
/** Rows per part on which the centres are computed. */
const SAMPLE = 128;
const ROUNDS = 8;

/**
 * Groups rows by hierarchical k-means: a group that is too large is split into up to 16 parts, and those again, until all
 * have `most` rows or fewer. The work grows with rows * log(rows). Centres start at evenly spaced rows of the given order,
 * so the same input gives the same clusters.
 * @param rows rows to group; their order decides ties
 * @returns rows of every part, in the given order
 */
function clusterRows(space: Space, rows: Int32Array, sizes: ShardSizes): Int32Array[] {
  if (rows.length <= sizes.most) return rows.length > 0 ? [rows] : [];
  const parts = Math.min(BRANCHES, Math.max(2, Math.ceil(rows.length / sizes.target)));
  const groups = split(space, rows, parts);
  if (groups.length > 1) return groups.flatMap((group) => clusterRows(space, group, sizes));
  // All rows are equal, so any cut will do.
  const pieces = Math.ceil(rows.length / sizes.target);
  return Array.from({ length: pieces }, (_, n) =>
    rows.slice(Math.floor((n * rows.length) / pieces), Math.floor(((n + 1) * rows.length) / pieces)),
  );
}

/** Mean of some rows. @returns [dims] */
function meanOf({ dims, values }: Space, rows: Int32Array): Float32Array {
  const sums = new Float64Array(dims);
  for (const row of rows) for (let d = 0; d < dims; d++) sums[d] += values[row * dims + d];
  return Float32Array.from(sums, (sum) => sum / Math.max(1, rows.length));
}

/** Index of the centre nearest to a row; the first one if several are equally near. */
function nearestOf(space: Space, row: number, centers: Space): number {
  const { dims, values } = space;
  const count = centers.values.length / dims;
  const from = row * dims;
  let nearest = 0;
  let best = Number.POSITIVE_INFINITY;
  for (let center = 0; center < count; center++) {
    let sum = 0;
    for (let d = 0, to = center * dims; d < dims && sum < best; d++, to++) {
      const apart = values[from + d] - centers.values[to];
      sum += apart * apart;
    }
    if (sum < best) {
      best = sum;
      nearest = center;
    }
  }
  return nearest;
}

function split(space: Space, rows: Int32Array, parts: number): Int32Array[] {
  const size = Math.min(rows.length, parts * SAMPLE);
  const sample = Int32Array.from({ length: size }, (_, n) => rows[Math.floor((n * rows.length) / size)]);
  const starts = Int32Array.from({ length: parts }, (_, n) => sample[Math.floor(((n + 0.5) * size) / parts)]);
  let centers = { dims: space.dims, values: stack(starts, (row) => rowOf(space, row)) };
  for (let round = 0; round < ROUNDS; round++) {
    const groups = assign(space, sample, centers).filter((group) => group.length > 0);
    centers = { dims: space.dims, values: stack(groups, (group) => meanOf(space, group)) };
  }
  return assign(space, rows, centers).filter((group) => group.length > 0);
}

const rowOf = ({ dims, values }: Space, row: number): Float32Array =>
  values.subarray(row * dims, (row + 1) * dims);

function stack<T>(parts: ArrayLike<T>, vectorOf: (part: T) => Float32Array): Float32Array {
  const vectors = Array.from(parts, vectorOf);
  const out = new Float32Array(vectors.reduce((sum, vector) => sum + vector.length, 0));
  for (const [n, vector] of vectors.entries()) out.set(vector, n * vector.length);
  return out;
}

function assign(space: Space, rows: Int32Array, centers: Space): Int32Array[] {
  const groups: number[][] = Array.from({ length: centers.values.length / centers.dims }, () => []);
  for (const row of rows) groups[nearestOf(space, row, centers)].push(row);
  return groups.map((group) => Int32Array.from(group));
}
