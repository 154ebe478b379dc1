import * as v from 'valibot';
import { sha256 } from '../../common/bytes';
import { type Item, writableItem } from '../item';
import {
  BUNDLE_SCHEMA,
  type BundleFile,
  type BundleSink,
  MANIFEST_FILE,
  type Manifest,
  manifestSchema,
} from './manifest';

/** The bytes of a manifest, fields in a fixed order: equal manifests give equal bytes. The items take one line per field. */
export function encodeManifest({ head, ...manifest }: Manifest): Uint8Array {
  const text = JSON.stringify(v.parse(manifestSchema, manifest), null, 2);
  const items = head ? `,\n  "head": ${columnsText(head)}` : '';
  return new TextEncoder().encode(`${text.slice(0, -2)}${items}\n}\n`);
}

/**
 * Writes a manifest, and a copy of it (without the items) under a content-hashed name, which the next manifest refers to: a
 * page that finds the next bundle partly uploaded falls back to this one. A manifest with the same content as its
 * predecessor keeps the predecessor's `previous`.
 * @param before the manifest that it replaces
 * @returns the manifest as stored
 */
export async function putManifest(manifest: Manifest, before: Manifest | null, sink: BundleSink): Promise<Manifest> {
  const next: Manifest = { ...manifest, schema: BUNDLE_SCHEMA };
  delete next.previous;
  if (before && sameBytes(encodeManifest({ ...before, previous: undefined }), encodeManifest(next))) {
    if (before.previous) next.previous = before.previous;
  } else if (before) {
    next.previous = await manifestFile(before);
    await sink(next.previous.file, encodeCopy(before));
  }
  await storeManifest(next, sink);
  return next;
}

/** Writes a manifest unchanged, its copy first. */
export async function storeManifest(manifest: Manifest, sink: BundleSink): Promise<void> {
  await sink((await manifestFile(manifest)).file, encodeCopy(manifest));
  await sink(MANIFEST_FILE, encodeManifest(manifest));
}

/**
 * Records in a manifest which files change between builds: the markets with offers, and whether the bundle has rules. The
 * previous bundle, whose items differ, stays.
 * @returns the manifest as stored
 */
export async function putMutable(
  manifest: Manifest,
  { offers = [], rules }: Pick<Manifest, 'offers' | 'rules'>,
  sink: BundleSink,
): Promise<Manifest> {
  const { offers: _, rules: __, ...rest } = manifest;
  const next: Manifest = {
    ...rest,
    schema: BUNDLE_SCHEMA,
    ...(offers.length > 0 ? { offers: [...new Set(offers)].sort() } : {}),
    ...(rules ? { rules } : {}),
  };
  await storeManifest(next, sink);
  return next;
}

/** Copies are a fallback for missing files; they need no items, which have separate files. */
const encodeCopy = ({ head: _, ...manifest }: Manifest): Uint8Array => encodeManifest(manifest);

/** The content-hashed copy of a manifest. */
export async function manifestFile(manifest: Manifest): Promise<BundleFile> {
  const bytes = encodeCopy(manifest);
  const digest = await sha256(bytes);
  return { file: `manifest-${digest.slice(0, 16)}.json`, sha256: digest, bytes: bytes.byteLength };
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, at) => byte === b[at]);

/**
 * Items field by field: `{"id": ["a", "b"], "title": […], …}`, with null if an item lacks a field; a field that no item
 * has is left out. When compressed, this is a tenth smaller than one object per item, and faster to read.
 * @throws SidestreamError `bundle/invalid` naming the first item and field that do not fit the schema
 */
function columnsText(items: readonly Item[]): string {
  const rows = items.map(writableItem);
  const names = rows.length === 0 ? [] : (Object.keys(rows[0]) as (keyof Item)[]);
  const columns = names.filter((name) => rows.some((row) => row[name] !== undefined));
  const lines = columns.map(
    (name) => `    ${JSON.stringify(name)}: ${JSON.stringify(rows.map((row) => row[name] ?? null))}`,
  );
  return `{\n${lines.join(',\n')}\n  }`;
}
