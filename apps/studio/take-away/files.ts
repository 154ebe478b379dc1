import * as v from 'valibot';
import {
  bundleItems,
  encodeManifest,
  encoderFiles,
  type Item,
  inventory,
  MANIFEST_FILE,
  type Manifest,
  offersFile,
  parseManifest,
  withoutEncoders,
} from '../../../src/core/catalog';
import { SidestreamError } from '../../../src/error';
import type { StudioFolder } from '../files/opfs';
import type { OutFile } from '../files/zip';
import type { OwnShop } from '../page/own-shop';
import { IMAGE_BASE, pictureName } from '../serve';
import { readme, type ShopLines, shopifyReadme, testPage } from './texts';

/** The script of the element with its workers, beside Studio's page: a list of the files, and the files. */
const SCRIPTS_ADDRESS = 'sidestream/';
const SCRIPTS_LIST = 'files.json';

const scriptsSchema = v.array(
  v.object({ file: v.pipe(v.string(), v.regex(/^[\w.-]+$/)), bytes: v.pipe(v.number(), v.integer(), v.minValue(0)) }),
);

/** Runs encoders in the browser of a shopper. */
const RUNTIME = /^ort-.*\.wasm$/;

/** The scripts that a page loads before its first list. */
const FIRST_SCRIPTS = /^(sidestream|worker|card-extras-[\w-]+)\.js$/;

/** Files to take away, by kind. */
export interface Parts {
  scripts: OutFile[];
  bundle: OutFile[];
  pictures: OutFile[];
  /** Files that only encoders need, most of all bytes: see `lean`. */
  encoders: { names: ReadonlySet<string>; bytes: number; manifestWithout: OutFile };
  /** Bytes that the first list loads, compressed, without pictures. */
  firstList: number;
  lines: ShopLines;
  /** Language of the products. */
  language: string;
}

/** The folders that Studio keeps, and how it reads its own files. */
export interface Sources {
  bundle: Pick<StudioFolder, 'fetch' | 'file'>;
  pictures: Pick<StudioFolder, 'file'>;
  /** Reads a file beside Studio's page. */
  page: (address: string) => Promise<Response>;
}

/**
 * Finds what is taken away.
 * @throws SidestreamError `bundle/incomplete` if a file of the bundle is missing, and errors of reading the bundle
 */
export async function findParts({ bundle, pictures, page }: Sources, shop: OwnShop): Promise<Parts> {
  const manifest = parseManifest(await bytesOf(bundle, MANIFEST_FILE));
  const names = [...(await inventory(manifest, bundle.fetch)).map(({ file }) => file), ...mutableNames(manifest)];
  const { addresses, images } = await productsOf(manifest, bundle);
  const held = await Promise.all([...images].map(async (path) => ({ path, file: await pictures.file(path) })));
  const scripts = await scriptsOf(page);
  const encoders = encoderFiles(manifest);
  const runtime = scripts.filter(({ path }) => RUNTIME.test(path));
  const parts: Parts = {
    scripts,
    // Uploading them in this order publishes the bundle when it is complete.
    bundle: await Promise.all([...new Set(names), MANIFEST_FILE].map((name) => outFile(bundle, name))),
    pictures: held.flatMap(({ path, file }) => (file ? [{ path, bytes: file.size, open: async () => file }] : [])),
    encoders: {
      names: new Set([...encoders.map(({ file }) => file), ...runtime.map(({ path }) => path)]),
      bytes: encoders.length === 0 ? 0 : bytesIn([...encoders, ...runtime]),
      manifestWithout: outFileOf(MANIFEST_FILE, encodeManifest(withoutEncoders(manifest))),
    },
    firstList: await firstListBytes(manifest, scripts),
    lines: { currency: shop.currency, address: addresses ? null : shop.address },
    language: manifest.language ?? 'en',
  };
  return encoders.length === 0 ? lean(parts) : parts;
}

async function firstListBytes(manifest: Manifest, scripts: readonly OutFile[]): Promise<number> {
  const first = scripts.filter(({ path }) => FIRST_SCRIPTS.test(path)).map(({ open }) => open());
  const sizes = [new Blob([new Uint8Array(encodeManifest(manifest))]), ...(await Promise.all(first))].map(
    async (file) => {
      const packed = file.stream().pipeThrough(new CompressionStream('gzip'));
      return (await new Response(packed).arrayBuffer()).byteLength;
    },
  );
  return (await Promise.all(sizes)).reduce((sum, bytes) => sum + bytes, manifest.shards.head.bytes);
}

/** Without the files that only encoders need: the lists are the same, and shoppers search by words only. */
export function lean(parts: Parts): Parts {
  const { names, manifestWithout } = parts.encoders;
  const stays = ({ path }: OutFile): boolean => !names.has(path);
  const bundle = parts.bundle.filter(stays);
  return {
    ...parts,
    scripts: parts.scripts.filter(stays),
    bundle: bundle.map((file) => (file.path === MANIFEST_FILE ? manifestWithout : file)),
  };
}

/** How the files are laid out. */
export type Layout = 'web' | 'shopify';

/** The files of a layout, in the order of publishing. @param theme texts of the files for a Shopify theme, by their paths */
export const laidOut = (layout: Layout, parts: Parts, theme: Readonly<Record<string, string>>): OutFile[] =>
  layout === 'web' ? webFiles(parts) : shopifyFiles(parts, theme);

function webFiles({ scripts, bundle, pictures, lines, language }: Parts): OutFile[] {
  return [
    ...inFolder('sidestream/', scripts),
    ...inFolder(IMAGE_BASE.slice(1), pictures),
    ...inFolder('bundle/', bundle),
    textFile('index.html', testPage(language)),
    textFile('README.txt', readme({ pictures: pictures.length > 0, lines })),
  ];
}

/** A theme has one folder for all files that pages load, and no folders in it. */
function shopifyFiles({ scripts, bundle, pictures }: Parts, theme: Readonly<Record<string, string>>): OutFile[] {
  const assets = [...scripts, ...bundle];
  const nested = assets.find(({ path }) => !/^[A-Za-z0-9][\w.-]*$/.test(path));
  if (nested) {
    const message = `The file ${nested.path} cannot be in a Shopify theme, which has no folders for it. Use a host of your own.`;
    throw new SidestreamError('bundle/invalid', message);
  }
  return [
    ...inFolder('assets/', assets),
    ...Object.entries(theme).map(([path, text]) => textFile(path, text)),
    textFile('README.txt', shopifyReadme(pictures.length > 0)),
  ];
}

/** Files of the bundle that change between builds. */
const mutableNames = ({ offers = [], rules }: Manifest): string[] => [
  ...offers.map(offersFile),
  ...(rules ? ['rules.json'] : []),
];

/** Which pictures products name by file, and whether the products have addresses. */
async function productsOf(
  manifest: Manifest,
  bundle: Sources['bundle'],
): Promise<{ images: Set<string>; addresses: boolean }> {
  const images = new Set<string>();
  let addresses = true;
  for await (const items of bundleItems(manifest, bundle.fetch)) {
    for (const item of items) {
      addresses &&= item.url !== undefined;
      for (const image of imagesOf(item)) {
        const name = pictureName(image);
        if (name !== null) images.add(name);
      }
    }
  }
  return { images, addresses };
}

const imagesOf = ({ image, images = [] }: Item): string[] => [...(image ? [image] : []), ...images];

async function scriptsOf(page: Sources['page']): Promise<OutFile[]> {
  const list = await page(`${SCRIPTS_ADDRESS}${SCRIPTS_LIST}`);
  const listed = v.safeParse(scriptsSchema, list.ok ? await list.json().catch(() => null) : null);
  if (!listed.success) {
    const message = `The list of the element's files, ${SCRIPTS_ADDRESS}${SCRIPTS_LIST}, is missing beside this page. Reload the page; on a host of your own, upload the whole folder of Studio.`;
    throw new SidestreamError('bundle/unreachable', message);
  }
  return listed.output.map(({ file, bytes }) => ({ path: file, bytes, open: () => script(page, file) }));
}

async function script(page: Sources['page'], file: string): Promise<Blob> {
  const response = await page(`${SCRIPTS_ADDRESS}${file}`).catch(() => null);
  if (response?.ok) return response.blob();
  throw new SidestreamError('bundle/unreachable', `${file} could not be fetched. Check the connection, and try again.`);
}

async function outFile(bundle: Sources['bundle'], name: string): Promise<OutFile> {
  const file = await bundle.file(name);
  if (file) return { path: name, bytes: file.size, open: async () => file };
  const message = `The bundle lacks ${name}: the browser may have deleted it to make room. Go back to step 2 and encode again; encoded products are kept.`;
  throw new SidestreamError('bundle/incomplete', message);
}

const bytesOf = async (bundle: Sources['bundle'], name: string): Promise<ArrayBuffer> =>
  (await (await outFile(bundle, name)).open()).arrayBuffer();

const inFolder = (folder: string, files: readonly OutFile[]): OutFile[] =>
  files.map((file) => ({ ...file, path: `${folder}${file.path}` }));

const textFile = (path: string, text: string): OutFile => outFileOf(path, new TextEncoder().encode(text));

function outFileOf(path: string, content: Uint8Array): OutFile {
  const blob = new Blob([new Uint8Array(content)]);
  return { path, bytes: blob.size, open: async () => blob };
}

export const bytesIn = (files: readonly Pick<OutFile, 'bytes'>[]): number =>
  files.reduce((sum, { bytes }) => sum + bytes, 0);
