import { joinBytes, listReader, littleEndian } from '../../common/bytes';
import { fitting } from '../../common/schema';
import { decodeRows, encodeItems, invalidBundle, parseJson } from '../bundle/bundle-file';
import type { Manifest } from '../bundle/manifest-schema';
import { type CatalogStatistics, catalogStatisticsSchema } from '../catalog-statistics';
import { type Demand, decodeDemand, encodeDemand } from '../demand';
import { decodeFeatureRows, encodeFeatureRows, type FeatureTable, featureShape } from '../features/feature-table';
import { type Item, itemSchema } from '../item';
import type { SideModel, SideRows } from '../side-model/side-model';
import { decodeSideModel, decodeSideRows, encodeSideModel, encodeSideRows } from '../side-model/side-model-file';
import { type Companions, decodeCompanions, encodeCompanions } from './companions';

/** Some products of a catalogue with everything that belongs to them, in one order. */
export interface Shard {
  /** Its number; absent for the head, whose products are also in shards, and for products that a device added. */
  number?: number;
  items: readonly Item[];
  features: FeatureTable;
  /** Place of each item in the order of the feed: a number below 2^32. Places have gaps. */
  positions: Uint32Array;
  /** Trained data of the items; absent if nothing was trained. */
  side?: SideRows;
  demand?: Demand;
  companions?: Companions;
}

/** The products that a page loads first. */
export interface Head extends Shard {
  /** The number of the shard of each item. */
  shards: Uint32Array;
  /** The side model of the items. */
  model: SideModel | null;
  /** Of the whole catalogue. */
  statistics: CatalogStatistics;
}

/** The parts of the manifest that decide a shard's sections and how they are read. */
export type ShardFrame = Pick<Manifest, 'dim' | 'count' | 'side' | 'demand' | 'companions' | 'shards'>;

/**
 * A shard holds sections: uint32 bytes of each of the six, then the items as JSON, uint32 positions, features
 * (`encodeFeatureRows`), side rows (`encodeSideRows`), demand (`encodeDemand`) and companions (`encodeCompanions`). A section is empty if
 * the bundle lacks it.
 */
const SECTIONS = ['items', 'positions', 'features', 'side', 'demand', 'companions'] as const;
type Section = (typeof SECTIONS)[number];
/** A head also has the numbers of the items' shards, and statistics as JSON; its side rows are a side model (`encodeSideModel`). */
const HEAD_SECTIONS = [...SECTIONS, 'shards', 'statistics'] as const;

function encodeSections(sections: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return joinBytes([littleEndian(Uint32Array.from(sections, ({ byteLength }) => byteLength)), ...sections]);
}

/** @throws SidestreamError `bundle/invalid` when the lengths do not add up */
function decodeSections<Name extends string>(
  bytes: ArrayBuffer,
  file: string,
  names: readonly Name[],
): Record<Name, ArrayBuffer> {
  const read = listReader(bytes);
  const header = 4 * names.length;
  const lengths = read.uint32(bytes.byteLength < header ? 0 : names.length);
  if (lengths.reduce((sum, length) => sum + length, header) !== bytes.byteLength) {
    throw invalidBundle(file, 'its parts do not have the lengths that it names');
  }
  const parts = names.map((name, n) => [name, read.uint8(lengths[n]).slice().buffer] as const);
  return Object.fromEntries(parts) as Record<Name, ArrayBuffer>;
}

const NONE = new Uint8Array();

function sectionsOf(shard: Shard, shards: number, side: Uint8Array): Uint8Array[] {
  const { items, features, positions, demand, companions } = shard;
  return [
    encodeItems(items),
    littleEndian(positions),
    encodeFeatureRows(features),
    side,
    demand ? encodeDemand(demand) : NONE,
    companions ? encodeCompanions(companions, shards) : NONE,
  ];
}

/** Bytes of each section of a shard, for reports. */
export type SectionBytes = Record<Section, number>;

/**
 * Writes a shard.
 * @param shards number of shards of the catalogue
 * @returns also the bytes of each section
 * @throws SidestreamError `bundle/invalid` when a value is out of range
 */
export function encodeShard(shard: Shard, shards: number): { bytes: Uint8Array<ArrayBuffer>; sections: SectionBytes } {
  const { side } = shard;
  const width = side ? side.vectors.length / side.biases.length : 0;
  const sections = sectionsOf(shard, shards, side ? encodeSideRows(side, width) : NONE);
  const lengths = SECTIONS.map((name, n) => [name, sections[n].byteLength] as const);
  return { bytes: encodeSections(sections), sections: Object.fromEntries(lengths) as SectionBytes };
}

/** Writes a head. @param count number of shards of the catalogue @throws SidestreamError `bundle/invalid` when a value is out of range */
export function encodeHead(head: Head, count: number): Uint8Array<ArrayBuffer> {
  const { model, items, shards, statistics } = head;
  const side = model ? encodeSideModel(model, items.length) : NONE;
  const text = new TextEncoder().encode(JSON.stringify(statistics));
  return encodeSections([...sectionsOf(head, count, side), littleEndian(shards), text]);
}

/**
 * Reads the output of `encodeShard`.
 * @throws SidestreamError `bundle/invalid` naming file and value
 */
export function decodeShard(bytes: ArrayBuffer, file: string, frame: ShardFrame): Shard {
  const parts = decodeSections(bytes, file, SECTIONS);
  const count = countOf(parts, file, frame.shards.largest);
  const { side } = frame;
  return {
    ...decodeParts(parts, file, count, frame),
    ...(side && { side: decodeSideRows(parts.side, count, side.width) }),
  };
}

/** Reads the output of `encodeHead`. @throws SidestreamError `bundle/invalid` naming file and value */
export function decodeHead(bytes: ArrayBuffer, file: string, frame: ShardFrame): Head {
  const parts = decodeSections(bytes, file, HEAD_SECTIONS);
  const count = countOf(parts, file, frame.count);
  const shards = words(parts.shards, file, count, (shard) => shard < frame.shards.count);
  const { side } = frame;
  const model = side ? { ...decodeSideModel(parts.side, count), digest: side.digest } : null;
  if (model && model.width !== side?.width) throw invalidBundle(file, `has vectors of ${model.width} values`);
  const statistics = fitting(catalogStatisticsSchema, parseJson(file, parts.statistics), (what) =>
    invalidBundle(file, what),
  );
  return { ...decodeParts(parts, file, count, frame), shards, model, ...(model && { side: model }), statistics };
}

/** Number of items: each has a position. */
function countOf({ positions }: Record<Section, ArrayBuffer>, file: string, most: number): number {
  const count = positions.byteLength / 4;
  if (!Number.isInteger(count) || count < 1 || count > most) throw invalidBundle(file, `has ${count} items`);
  return count;
}

function decodeParts(parts: Record<Section, ArrayBuffer>, file: string, count: number, frame: ShardFrame): Shard {
  const { demand, companions, shards } = frame;
  for (const name of ['side', 'demand', 'companions'] as const) {
    if (!frame[name] && parts[name].byteLength > 0)
      throw invalidBundle(file, `has a part that the manifest lacks: ${name}`);
  }
  const known = demand && { ...decodeDemand(parts.demand, count), repeats: demand.repeats };
  return {
    items: decodeRows(itemSchema, parts.items, file, count),
    positions: words(parts.positions, file, count, () => true),
    features: decodeFeatureRows(parts.features, file, featureShape(frame), count),
    ...(known && { demand: { ...known, sums: { ...demand.sums, count: frame.count } } }),
    ...(companions && {
      companions: decodeCompanions(parts.companions, count, shards.count, companions.support === 'orders'),
    }),
  };
}

function words(bytes: ArrayBuffer, file: string, count: number, fits: (value: number) => boolean): Uint32Array {
  const values = bytes.byteLength === 4 * count ? listReader(bytes).uint32(count) : null;
  if (!values?.every(fits)) throw invalidBundle(file, 'its numbers do not fit its items');
  return values;
}
