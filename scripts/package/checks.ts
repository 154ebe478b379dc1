import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import type { OutputChunk } from 'rolldown';
import { documentCodeFaults } from '../site/document-code';
import { referenceFaults } from '../site/references';
import { documentFaults, documents } from './documents';
import type { Declaration } from './elements';
import { isWithinBudget, reach, type Size } from './sizes';

const run = promisify(execFile);

/** `npm pack`'s report about the tarball. */
export interface Tarball {
  filename: string;
  size: number;
  unpackedSize: number;
  files: { path: string }[];
}

export async function pack(root: string, folder: string): Promise<Tarball> {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const { stdout } = await run('npm', args, { cwd: root, maxBuffer: 1e8, shell: process.platform === 'win32' });
  return JSON.parse(stdout)[0];
}

/** Every fault of the package, in words; empty if it may be published. */
export async function faultsOf(
  root: string,
  path: string,
  tarball: Tarball,
  sizes: Size[],
  chunks: OutputChunk[],
  elements: Declaration[],
) {
  const faults = [
    await metadataFaults(path),
    await typeFaults(root, path),
    await contentFaults(root, tarball),
    await documentFaults(root, tarball, sizes),
    await referenceFaults(root),
    await documentCodeFaults(root, await documents(root), elements),
  ];
  const beside = sizes.filter((size) => !isWithinBudget(size));
  const late = ['sidestream.js', 'worker.js'].filter((start) => reachesEncoders(chunks, start));
  return [
    ...faults.flat(),
    ...beside.map(
      ({ name, bytes, budget }) =>
        `${name}: ${bytes} bytes with brotli, the budget is ${budget}, from 25 % below to 10 % above`,
    ),
    ...late.map((start) => `${start} reaches onnxruntime, which only encoder-worker.js may load`),
  ];
}

async function metadataFaults(path: string): Promise<string[]> {
  const bytes = new Uint8Array(await readFile(path));
  const { messages, pkg } = await publint({ pack: { tarball: bytes.buffer }, strict: true });
  return messages.map((message) => `publint: ${formatMessage(message, pkg, { color: false })}`);
}

/** The package supports only ES modules, so its resolution by `require` is not checked. */
async function typeFaults(root: string, path: string): Promise<string[]> {
  const file = createRequire(join(root, 'package.json')).resolve('@arethetypeswrong/cli/package.json');
  const program = join(dirname(file), 'dist/index.js');
  const names = ['--exclude-entrypoints', 'custom-elements.json', './cdn/*'];
  const args = [program, path, '--profile', 'esm-only', '--format', 'table-flipped', '--no-color', '--no-emoji'];
  return run(process.execPath, [...args, ...names], { cwd: root, maxBuffer: 1e8 }).then(
    () => [],
    ({ stdout, stderr }) => [`types: ${stdout}${stderr}`],
  );
}

/** Files that must be in the tarball, and files that must not. */
async function contentFaults(root: string, { files }: Tarball): Promise<string[]> {
  const paths = files.map(({ path }) => path);
  const about: Named = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const needed = [
    'LICENSE',
    'models/NOTICE.txt',
    'models/mobilenet-v2.onnx',
    'models/use-lite.onnx',
    'models/use-lite.tokenizer.json',
    'lib/THIRD-PARTY-NOTICES.txt',
    'lib/custom-elements.json',
    'examples/shopify/pixel/sidestream-pixel.js',
    'examples/shopify/sections/sidestream-recs.liquid',
    'examples/spark/prepare.py',
    'lib/cli/sql/pairs.sql',
    'examples/woocommerce/sidestream/sidestream.php',
    'lib/cli/tfjs-backend-wasm-simd.wasm',
    'lib/cdn/files.json',
    'lib/encoders/encoder-worker.js',
    'lib/encoders/ort-wasm-simd-threaded.asyncify.wasm',
    'lib/editor/index.html',
    'lib/studio/studio.html.br',
    'lib/studio/studio-service-worker.js.br',
    ...namedIn(about),
  ];
  const foreign = paths.filter(
    (path) =>
      !/^(lib|models|docs|starter|examples\/(astro|eleventy|next|offline|plain|react|shopify|spark|static-shop|vue|woocommerce))\/|^(examples\/README\.md|package\.json|README\.md|CHANGELOG\.md|SECURITY\.md|LICENSE)$/.test(
        path,
      ),
  );
  return [
    ...needed.filter((path) => !paths.includes(path)).map((path) => `the tarball lacks ${path}`),
    ...foreign.map((path) => `the tarball has ${path}, which the package does not need`),
  ];
}

type Addresses = string | { [key: string]: Addresses };
/** Entries of package.json that name files. */
interface Named {
  exports: Addresses;
  imports: Addresses;
  types: string;
  unpkg: string;
  jsdelivr: string;
  customElements: string;
  bin: Addresses;
}

/** Files that package.json names, except patterns. */
function namedIn({ exports, imports, types, unpkg, jsdelivr, customElements, bin }: Named): string[] {
  const files = (named: Addresses): string[] =>
    typeof named === 'string' ? [named.replace(/^\.\//, '')] : Object.values(named).flatMap(files);
  const all = files({ exports, imports, types, unpkg, jsdelivr, customElements, bin });
  return all.filter((path) => !path.includes('*'));
}

/** A page or worker whose items have features must never load an encoder, not even in a script that it may load later. */
function reachesEncoders(chunks: OutputChunk[], start: string): boolean {
  const files = reach(chunks, start, true);
  const modules = chunks.flatMap(({ fileName, modules }) => (files.includes(fileName) ? Object.entries(modules) : []));
  return modules.some(([id, { renderedLength }]) => renderedLength > 0 && /onnxruntime-web|@huggingface/.test(id));
}
