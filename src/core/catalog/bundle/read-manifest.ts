import { SidestreamError } from '../../../error';
import { fitting } from '../../common/schema';
import { featureShape, featureShardBytes } from '../features/feature-table';
import { invalidBundle, parseJson } from './bundle-file';
import {
  BUNDLE_SCHEMA,
  type BundleFile,
  DROPPED_KEYS,
  MANIFEST_FILE,
  type Manifest,
  manifestSchema,
  READABLE_SCHEMAS,
} from './manifest';

/**
 * Reads a manifest.
 * @param address its source, for messages
 * @throws SidestreamError `bundle/unknown-version` when newer code wrote it; `bundle/invalid` when it is not a manifest or
 *   its entries contradict each other
 */
export function parseManifest(bytes: ArrayBuffer, address = MANIFEST_FILE): Manifest {
  const data = parseJson(address, bytes);
  const schema = typeof data === 'object' && data !== null && 'schema' in data ? data.schema : undefined;
  if (typeof schema === 'number' && !READABLE_SCHEMAS.some((readable) => readable === schema)) {
    throw new SidestreamError(
      'bundle/unknown-version',
      `The bundle has format version ${schema}, but this page reads versions up to ${BUNDLE_SCHEMA}. Build the bundle and the page with the same version of Sidestream.`,
    );
  }
  const manifest = fitting(manifestSchema, withoutDropped(data, schema), (what) => invalidBundle(MANIFEST_FILE, what));
  check(manifest);
  return manifest;
}

/** A manifest of an older version without its obsolete keys, whatever their values. */
function withoutDropped(data: unknown, schema: unknown): unknown {
  if (typeof data !== 'object' || data === null || typeof schema !== 'number' || schema >= 7) return data;
  return Object.fromEntries(Object.entries(data).filter(([key]) => !DROPPED_KEYS.some((dropped) => dropped === key)));
}

/** Checks that shards cover the items without gap or overlap, and that files of features have the size of their rows. */
function check(manifest: Manifest): void {
  const { shards, clusters, count } = manifest;
  const shape = featureShape(manifest);
  const checkFeatures = (file: BundleFile, rows: number): void => {
    const expected = featureShardBytes(shape, rows);
    if (file.bytes === expected) return;
    const what = `${file.file} should be ${expected} bytes for ${rows} items, not ${file.bytes}`;
    throw invalidBundle(MANIFEST_FILE, what);
  };
  for (const kind of ['items', 'features'] as const) {
    let next = 0;
    for (const shard of shards[kind]) {
      if (shard.start !== next) {
        throw invalidBundle(MANIFEST_FILE, `${kind} shard ${shard.file} should start at row ${next}`);
      }
      next += shard.count;
    }
    if (next !== (clusters ? 0 : count)) {
      throw invalidBundle(MANIFEST_FILE, `${kind} shards hold ${next} rows, but the bundle has ${count} items`);
    }
  }
  for (const shard of shards.features) checkFeatures(shard, shard.count);
  const first = clusters?.head.count ?? count;
  if (manifest.head && manifest.head.length !== first) {
    throw invalidBundle(MANIFEST_FILE, `has ${manifest.head.length} items, not ${first}`);
  }
  if (manifest.side?.clusters && !clusters) {
    throw invalidBundle(MANIFEST_FILE, 'it has a side model of clusters but no clusters');
  }
  if (!clusters) return;
  const { count: number, largest, head } = clusters;
  if (count > number * largest || number > count) {
    throw invalidBundle(MANIFEST_FILE, `${number} clusters of up to ${largest} cannot hold ${count} items`);
  }
  checkFeatures(head.features, head.count);
}
