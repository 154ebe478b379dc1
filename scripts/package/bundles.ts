import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type OutputChunk, type RolldownOptions, rolldown } from 'rolldown';
import { dts } from 'rolldown-plugin-dts';
import { rememberPackages } from './notices';
import { filesIn, shortStyles, workersIn } from './plugins';

/** Folder of the repository, and of what is built for the package. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const LIB = join(ROOT, 'lib');

type Packages = Record<string, string>;
const about: { dependencies: Packages; peerDependencies?: Packages } = JSON.parse(
  readFileSync(join(ROOT, 'package.json'), 'utf8'),
);
/** What a shop installs with the package stays an import; all the rest becomes part of it. */
const external = Object.keys({ ...about.dependencies, ...about.peerDependencies }).map(
  (name) => new RegExp(`^${name}(/|$)`),
);
const source = (path: string) => join(ROOT, 'src', path);
const sources = (paths: Record<string, string>) =>
  Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, source(path)]));

const chunkFileNames = '[name]-[hash].js';
const common: RolldownOptions = {
  cwd: ROOT,
  tsconfig: 'tsconfig.json',
  logLevel: 'warn',
  checks: { pluginTimings: false },
  // What is loaded late imports from a chunk, never from the entry: some servers give that two addresses, and it ran twice.
  preserveEntrySignatures: 'strict',
};

/**
 * What a page without a bundler loads, in one folder that may lie on any host. Page and workers are built apart: in one
 * build each would carry what only the others use of the modules they share.
 */
const CDN_SOURCES: Record<string, string>[] = [
  { sidestream: 'index.ts', inspector: 'inspector.ts', adapters: 'adapters/index.ts' },
  { worker: 'runtime/worker.ts' },
  { 'encoder-worker': 'runtime/encoder-worker.ts', encoders: 'encoders/index.ts' },
];
const cdnInto = (dir: string) =>
  CDN_SOURCES.map(
    (paths): RolldownOptions => ({
      ...common,
      platform: 'browser',
      // It does nothing when loaded, but does not say so.
      treeshake: { moduleSideEffects: [{ test: /@huggingface/, sideEffects: false }] },
      input: sources(paths),
      plugins: [shortStyles(), workersIn('./'), filesIn('./'), rememberPackages()],
      // The licences are in THIRD-PARTY-NOTICES.txt, and no bundler is to read what is minified.
      output: {
        dir,
        entryFileNames: '[name].js',
        chunkFileNames,
        minify: true,
        comments: { legal: false, annotation: false },
      },
    }),
  );

/** What a page imports by name. */
const PAGE = {
  index: 'index.ts',
  element: 'element/index.ts',
  inspector: 'inspector.ts',
  adapters: 'adapters/index.ts',
};

/** The page's side for bundlers and servers. lit stays an import: in Node it brings what the elements need of a page. */
const MODULES: RolldownOptions = {
  ...common,
  platform: 'browser',
  external,
  input: sources(PAGE),
  plugins: [shortStyles(), workersIn('./cdn/'), rememberPackages()],
  output: { dir: LIB, entryFileNames: '[name].js', chunkFileNames },
};

const CLI: RolldownOptions = {
  ...common,
  platform: 'node',
  // Browsers alone get as far as the last two.
  external: [...external, /^onnxruntime-web/, /^@tensorflow\/tfjs-backend-webgpu/],
  // The second is the processes of a build, which start it by name.
  input: { main: source('cli/main.ts'), 'chunk-worker': source('cli/chunk-worker.ts') },
  plugins: [filesIn('../cdn/'), rememberPackages()],
  // One copy of each tfjs package, the one of modules.
  resolve: { mainFields: ['module', 'main'] },
  transform: { define: { __dirname: 'import.meta.dirname' } },
  output: { dir: join(LIB, 'cli'), entryFileNames: '[name].js', chunkFileNames },
};

const TYPES: RolldownOptions = {
  ...common,
  external: [/^[^./]/],
  input: sources({ ...PAGE, encoders: 'encoders/index.ts' }),
  plugins: [dts({ emitDtsOnly: true, tsconfig: join(ROOT, 'tsconfig.json'), resolver: 'tsc' })],
  output: { dir: LIB, entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].d.ts' },
};

/**
 * Builds what a page without a bundler loads.
 * @returns its chunks
 */
export async function buildCdn(folder: string): Promise<OutputChunk[]> {
  const chunks: OutputChunk[] = [];
  for (const options of cdnInto(folder)) chunks.push(...(await write(options)));
  return chunks;
}

/**
 * Builds all of `lib`.
 * @returns the chunks of its folder `cdn`
 */
export async function buildBundles(): Promise<OutputChunk[]> {
  const chunks = await buildCdn(join(LIB, 'cdn'));
  for (const options of [MODULES, CLI, TYPES]) await write(options);
  return chunks;
}

async function write({ output, ...input }: RolldownOptions): Promise<OutputChunk[]> {
  const bundle = await rolldown(input);
  const written = await bundle.write(Array.isArray(output) ? output[0] : output);
  await bundle.close();
  return written.output.filter((file) => file.type === 'chunk');
}
