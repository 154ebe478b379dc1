import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type InputOptions,
  type OutputAsset,
  type OutputChunk,
  type Plugin,
  type RolldownOptions,
  rolldown,
} from 'rolldown';
import { dts } from 'rolldown-plugin-dts';
import { besideScript, lateAddress, ownRuntime, throughBundler, workerBuilds, writePlaces } from './late';
import { rememberPackages } from './notices';
import { coreGroup, modulesOf, wholeEntry } from './page-entry';
import { filesIn, ownError, shortStyles } from './plugins';

/** Folder of the repository, and of the built package. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const LIB = join(ROOT, 'lib');

type Packages = Record<string, string>;
const about: { name: string; dependencies: Packages; peerDependencies?: Packages } = JSON.parse(
  readFileSync(join(ROOT, 'package.json'), 'utf8'),
);
/** Dependencies that a shop installs with the package stay imports; everything else is bundled. */
const external = Object.keys({ ...about.dependencies, ...about.peerDependencies }).map(
  (name) => new RegExp(`^${name}(/|$)`),
);
const source = (path: string) => join(ROOT, 'src', path);
const command = (path: string) => join(ROOT, 'packages', 'cli', path);
const sources = (paths: Record<string, string>) =>
  Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, source(path)]));

const chunkFileNames = '[name]-[hash].js';
const common: RolldownOptions = {
  cwd: ROOT,
  tsconfig: 'tsconfig.json',
  logLevel: 'warn',
  checks: { pluginTimings: false },
  // Late files import from a chunk, never from the entry: some servers give the entry two addresses, and it would run twice.
  preserveEntrySignatures: 'strict',
};

/** The licences are in THIRD-PARTY-NOTICES.txt, and no bundler should process minified code again. */
const small = { minify: true, comments: { legal: false, annotation: false } } as const;

/** The page's code for pages without a bundler. */
async function pageBuild(dir: string): Promise<RolldownOptions> {
  const plugins = [shortStyles(), besideScript(), ownError(), rememberPackages()];
  const options: InputOptions = { ...common, platform: 'browser', plugins };
  const first = await modulesOf({ ...options, input: sources({ sidestream: 'page.ts' }) });
  return {
    ...options,
    input: sources({
      sidestream: 'page.ts',
      inspector: 'inspector.ts',
      pick: 'pick.ts',
      find: 'find.ts',
      rows: 'rows.ts',
      adapters: 'page/adapters/index.ts',
    }),
    plugins: [...plugins, wholeEntry('sidestream.js')],
    output: {
      dir,
      entryFileNames: '[name].js',
      chunkFileNames,
      ...small,
      codeSplitting: { groups: [coreGroup(first)] },
    },
  };
}

/**
 * The question for consent, separate from the rest of the page's code: a shared chunk would be one more file for a page
 * with a list.
 */
const consentBuild = (dir: string): RolldownOptions => ({
  ...common,
  platform: 'browser',
  input: sources({ consent: 'consent.ts' }),
  output: { dir, entryFileNames: '[name].js', chunkFileNames, ...small },
});

/** These packages have no side effects when loaded, but do not declare that. */
const treeshake = { moduleSideEffects: [{ test: /@huggingface/, sideEffects: false }] };

const encodersBuild = (dir: string, files: string[]): RolldownOptions => ({
  ...common,
  platform: 'browser',
  treeshake,
  input: sources({ encoders: 'core/encoders/web/index.ts' }),
  plugins: [ownRuntime(ROOT, files), rememberPackages()],
  output: { dir, entryFileNames: '[name].js', chunkFileNames, ...small },
});

/** The entries that a page imports by name. */
const PAGE = {
  index: 'index.ts',
  headless: 'headless.ts',
  element: 'page/element/index.ts',
  inspector: 'inspector.ts',
  pick: 'pick.ts',
  find: 'find.ts',
  rows: 'rows.ts',
  adapters: 'page/adapters/index.ts',
  consent: 'consent.ts',
};

/** The entries for frameworks. Only the second file is a client component, so a server can render what the first one adds. */
const FRAMEWORKS = {
  react: 'page/frameworks/react/index.ts',
  'react-client': 'page/frameworks/react/client.ts',
  vue: 'page/frameworks/vue/index.ts',
};

/** The page's code for bundlers and servers. lit stays an import: in Node it supplies the parts of a page that the elements need. */
const MODULES: RolldownOptions = {
  ...common,
  // `use client` is kept, because its file is an entry.
  checks: { ...common.checks, moduleLevelDirective: false },
  platform: 'browser',
  external,
  input: sources({ ...PAGE, ...FRAMEWORKS }),
  plugins: [shortStyles(), throughBundler(), rememberPackages()],
  output: {
    dir: LIB,
    entryFileNames: '[name].js',
    chunkFileNames,
    // The types have the documentation, and names stay: without white space, an installation is a third of a megabyte smaller.
    comments: { legal: false, annotation: true, jsdoc: false },
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
    // Both React entries use these: in one chunk with the client's, that chunk would be a new file, without `use client`.
    codeSplitting: { groups: [{ name: 'react-props', test: /src[\\/]page[\\/]frameworks[\\/]react[\\/]props/ }] },
  },
};

/** The command line computes with tfjs, which looks for this file next to its scripts; Node has SIMD on every processor. */
const tfjsKernel = (): Plugin => ({
  name: 'kernel of tfjs',
  buildStart() {
    const fileName = 'tfjs-backend-wasm-simd.wasm';
    const source = readFileSync(join(ROOT, 'node_modules/@tensorflow/tfjs-backend-wasm/dist', fileName));
    this.emitFile({ type: 'asset', fileName, source });
  },
});

/** tfjs loads `node-fetch` only where Node has no `fetch` of its own; with what that needs, it is a third of a megabyte. */
const ownFetch = (): Plugin => ({
  name: 'own fetch',
  resolveId: (id) => (id === 'node-fetch' ? id : null),
  load: (id) => (id === 'node-fetch' ? 'export default globalThis.fetch;' : null),
});

/** The statements that prepare a log, which shops may also run elsewhere. */
const statements = (): Plugin => ({
  name: 'statements',
  buildStart() {
    const folder = command('logs/sql');
    for (const name of readdirSync(folder)) {
      this.emitFile({ type: 'asset', fileName: `sql/${name}`, source: readFileSync(join(folder, name)) });
    }
  },
});

/** @param files finds the files that scripts import by address */
const cliBuild = (dir: string, files: Plugin): RolldownOptions => ({
  ...common,
  platform: 'node',
  // Only browsers reach the last one.
  external: [...external, /^onnxruntime-web/],
  // The second is for the processes of a build, which start it by name.
  input: {
    main: command('program/main.ts'),
    'chunk-worker': command('bundler/chunk-worker.ts'),
    'shard-worker': command('training/shard-worker.ts'),
  },
  plugins: [files, tfjsKernel(), ownFetch(), statements(), rememberPackages()],
  // One copy of each tfjs package: the ES modules.
  resolve: { mainFields: ['module', 'main'] },
  transform: { define: { __dirname: 'import.meta.dirname' } },
  // Libraries that a shop does not install with the package are bundled; minified, they are half as large.
  output: { dir, entryFileNames: '[name].js', chunkFileNames, ...small },
});

const filesOfPackage = filesIn((file) => `new URL('../cdn/${file}', import.meta.url).href`, false);

/** Puts a comment on the line of the property that it is of: at the end of the line above, documentation and editors do not find it. */
const commentsAbove: Plugin = {
  name: 'comments above',
  renderChunk: (code) => code.replaceAll(/; (\/\*\* .* \*\/)\n( *)/g, ';\n$2$1\n$2'),
};

const TYPES: RolldownOptions = {
  ...common,
  external: [/^[^./]/],
  input: sources({
    ...PAGE,
    encoders: 'core/encoders/web/index.ts',
    // `framework-types.ts` writes the types of the entries and of the elements.
    'react-client': FRAMEWORKS['react-client'],
    'vue-client': FRAMEWORKS.vue,
  }),
  plugins: [dts({ emitDtsOnly: true, tsconfig: join(ROOT, 'tsconfig.json'), resolver: 'tsc' }), commentsAbove],
  output: { dir: LIB, entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].d.ts' },
};

/** Chunks of the files that a page without a bundler loads, and the names of the files of the two workers. */
export interface Cdn {
  chunks: OutputChunk[];
  workers: string[];
  encoders: string[];
}

/**
 * Builds the files that a page without a bundler loads, for any host. Page and workers are built separately: in one build, each
 * would contain the parts of shared modules that only the others use.
 * @param encoderDir folder of the encoders' files. A host has them beside the others; the package has them apart, because most
 *   shops do without
 */
export async function buildCdn(dir: string, encoderDir = dir): Promise<Cdn> {
  const plugins = [filesIn(lateAddress, true), rememberPackages()];
  const files: string[][] = [];
  const chunks: OutputChunk[] = [];
  const built = async (options: RolldownOptions): Promise<string[]> => {
    const output = await write(options);
    chunks.push(...output.filter((file) => file.type === 'chunk'));
    return output.map(({ fileName }) => fileName);
  };
  for (const options of workerBuilds({ ...common, platform: 'browser', treeshake, plugins }, ROOT, dir, encoderDir)) {
    files.push(await built(options));
  }
  const [workers, encoders] = files;
  for (const options of [await pageBuild(dir), consentBuild(dir), encodersBuild(encoderDir, encoders)]) {
    await built(options);
  }
  await writeFileList(dir);
  return { chunks, workers, encoders };
}

/** Lists the files with their digests, so that a service worker can keep them as a whole. */
async function writeFileList(dir: string): Promise<void> {
  const names = (await readdir(dir)).filter((name) => /\.(js|wasm)$/.test(name)).sort();
  const digests = names.map(async (name) => {
    const bytes = await readFile(join(dir, name));
    return [name, createHash('sha256').update(bytes).digest('hex').slice(0, 16)] as const;
  });
  await writeFile(
    join(dir, 'files.json'),
    JSON.stringify({ files: Object.fromEntries(await Promise.all(digests)) }, null, 1),
  );
}

export async function buildBundles(): Promise<Cdn> {
  const cdn = await buildCdn(join(LIB, 'cdn'), join(LIB, 'encoders'));
  for (const options of [MODULES, cliBuild(join(LIB, 'cli'), filesOfPackage), TYPES]) await write(options);
  await writePlaces(LIB, cdn, about.name);
  return cdn;
}

/** Builds only the command line, with all its files in one folder. */
export async function buildCommandLine(dir: string): Promise<void> {
  await write(
    cliBuild(
      dir,
      filesIn((file) => `new URL('./${file}', import.meta.url).href`, true),
    ),
  );
}

async function write({ output, ...input }: RolldownOptions): Promise<(OutputAsset | OutputChunk)[]> {
  const bundle = await rolldown(input);
  const written = await bundle.write(Array.isArray(output) ? output[0] : output);
  await bundle.close();
  return written.output;
}
