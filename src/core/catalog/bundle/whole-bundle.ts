import { pickCooccurrence } from '../cooccurrence';
import { pickDemand } from '../demand';
import { concatTables, decodeFeatureRows, type FeatureTable, photoShape, pickRows } from '../features/feature-table';
import { joinCompanions, joinDemand, joinSide } from '../shards/join-parts';
import type { Shard } from '../shards/shard-file';
import { pickSideModel } from '../side-model/side-model';
import type { Bundle, OpenedHead } from './bundle';
import { addIds } from './bundle-file';

/** Reads all shards of a bundle, and puts the items into the order of the feed. @throws SidestreamError `bundle/*` */
export async function wholeBundle({ head: { model }, ...files }: OpenedHead): Promise<Bundle> {
  const { manifest, shards } = files;
  const parts: Shard[] = [];
  const seen = new Set<string>();
  for await (const shard of shards.all()) {
    addIds(seen, shard.items);
    parts.push(shard);
  }
  const { items, order, positions, shardOf } = inFeedOrder(parts);
  const inOrder = (tables: FeatureTable[]): FeatureTable => pickRows(concatTables(tables), order);
  // Cards and features need not stay in memory as long as the trained data.
  const trained = parts.map(({ number, items, side, demand, companions }) => {
    return { number, items: items.map(({ id }) => ({ id })), side, demand, companions };
  });
  return {
    ...files,
    items,
    features: inOrder(parts.map(({ features }) => features)),
    positions,
    shardOf,
    async cooccurrence() {
      const table = joinCompanions(trained);
      const { origin } = manifest.companions ?? {};
      return table && pickCooccurrence(origin ? { ...table, origin } : table, order);
    },
    async demand() {
      const demand = joinDemand(trained);
      return demand && pickDemand(demand, order);
    },
    side: async () => model && pickSideModel(joinSide(model, trained).model, order),
    async photos() {
      if (!manifest.photos) return null;
      const shape = photoShape(manifest);
      const tables: FeatureTable[] = [];
      for (const shard of trained.keys()) {
        const { file, bytes } = await shards.beside(shard, 'photos');
        tables.push(decodeFeatureRows(bytes, file, shape, trained[shard].items.length));
      }
      return inOrder(tables);
    },
  };
}

/** The items of all shards in the order of the feed. A function of its own: closures that read trained data late must not keep the cards. */
function inFeedOrder(parts: readonly Shard[]): Pick<Bundle, 'items' | 'positions' | 'shardOf'> & { order: number[] } {
  const all = parts.flatMap(({ items }) => items);
  const places = parts.flatMap(({ positions }) => [...positions]);
  const numbers = parts.flatMap(({ items }, shard) => items.map(() => shard));
  const order = [...all.keys()].sort((a, b) => places[a] - places[b] || (all[a].id < all[b].id ? -1 : 1));
  return {
    items: order.map((row) => all[row]),
    order,
    positions: Uint32Array.from(order, (row) => places[row]),
    shardOf: Uint32Array.from(order, (row) => numbers[row]),
  };
}
