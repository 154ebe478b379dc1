import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { OutputOptions, Plugin, RolldownOptions } from 'rolldown';

/**
 * Builds the workers' files so that no bundler has to understand them: plain scripts, one per part, that need only
 * the loader in `src/device/worker/script-loader.ts`. A bundler that meets `new URL('./worker-x.js', import.meta.url)` copies the
 * file, however it handles modules, workers and code splitting.
 */

/** Vite turns smaller assets into `data:` addresses, which a content security policy refuses. */
const MIN_ASSET_BYTES = 4096;
/** Placeholder for a script's own address. */
const SCRIPT = 'sidestreamScript';
/** The part with onnxruntime. */
const RUNTIME = 'onnxruntime';

type Groups = NonNullable<Exclude<OutputOptions['codeSplitting'], boolean | undefined>>['groups'];

/**
 * Features of the recommender's worker that are loaded after its first list, each as one file: the folders, or files, in `src` that
 * form it. Modules that the first list needs are in the worker itself; a late module outside all features becomes a separate file.
 */
const FEATURES: Readonly<Record<string, readonly string[]>> = {
  // Bundles of which a page loads parts.
  shards: ['device/ranking/retrieval/', 'device/worker/loading/shard-loader'],
  // After the first list.
  kernel: ['core/kernel/'],
  // Shops with offers, or with a file of rules.
  'offers-and-rules': [
    'core/catalog/mutable-files/',
    'core/catalog/offers/',
    'device/ranking/patched-index',
    'device/ranking/rules-file',
    'device/worker/catalog/offers-and-rules',
  ],
  // Requests of pages other than lists.
  calls: [
    'core/catalog/new-badge',
    'device/ranking/explanation/explain',
    'device/ranking/segments-and-rows',
    'device/ranking/rerank',
    'device/ranking/variant-options',
    'device/worker/fresh-options',
    'device/worker/lists/browse',
    'device/worker/lists/explain',
    'device/worker/lists/recommend-rows',
    'device/worker/lists/products',
    'device/worker/lists/rerank',
  ],
  // Pages with a search.
  find: ['core/common/words', 'device/ranking/find/', 'device/worker/lists/find'],
  // Consent: log and profile on the device.
  store: ['device/store/database', 'device/store/device-store', 'device/store/rows'],
  encryption: ['device/store/encrypt', 'device/store/lock', 'device/store/unlock'],
  profile: ['device/learner/experts/stored-experts', 'device/learner/packed-profile', 'device/learner/profile'],
  // Moving data to another worker, store or device.
  transfer: [
    'device/worker/shopper/exported-file',
    'device/worker/shopper/hand-over',
    'device/worker/shopper/transfer',
  ],
  // Metrics of lists and visitors, and what an experiment needs.
  counts: [
    'core/catalog/bundle/model-manifest',
    'core/common/hash',
    'core/common/sums',
    'device/experiment/',
    'device/worker/shopper/take-metrics',
  ],
  inspection: ['device/worker/lists/inspect'],
  'added-items': ['core/encoders/', 'device/worker/loading/added-items'],
};

/** The feature of a module; null if the bundler is to place it. */
function featureOf(id: string, root: string): string | null {
  const path = relative(root, id).replaceAll('\\', '/');
  if (path.startsWith('models/')) return 'added-items';
  if (path.includes('node_modules/idb/')) return 'store';
  const own = path.replace(/^src\//, '').replace(/\.ts$/, '');
  // Texts in a language other than English carry its name, like the page's own files.
  const [, language] = /^core\/labels\/locales\/(\w+)$/.exec(own) ?? [];
  if (language) return `reasons-${language}`;
  const found = Object.entries(FEATURES).find(([, places]) => places.some((place) => own.startsWith(place)));
  return found?.[0] ?? null;
}

/** How the recommender's worker is split. */
const groups = (root: string): Groups => [
  { name: 'worker', tags: ['$initial'], priority: 1 },
  { name: 'worker', test: /rolldown.runtime/, priority: 1 },
  { name: (id) => featureOf(id, root) },
];
const ENCODER_GROUPS: Groups = [
  { name: 'encoder-worker', tags: ['$initial'], priority: 1 },
  { name: 'encoder-worker', test: /rolldown.runtime/, priority: 1 },
];

/** Expression for the address of a file of the package, in the workers' scripts. */
export const lateAddress = (file: string): string => `globalThis.sidestreamFiles?.address(${JSON.stringify(file)})`;

/**
 * Builds of the recommender's worker and of the encoders'.
 * @param common settings shared with other builds
 */
export function workerBuilds(common: RolldownOptions, root: string, dir: string, encoders: string): RolldownOptions[] {
  const build = (name: string, file: string, groups: Groups, dir: string): RolldownOptions => ({
    ...common,
    preserveEntrySignatures: 'allow-extension',
    input: { [name]: `late:${join(root, 'src', 'device', 'worker', file)}` },
    plugins: [lateEntry(root), ...[common.plugins].flat(), lateScripts()],
    transform: { define: { 'import.meta.url': SCRIPT } },
    output: {
      dir,
      format: 'cjs',
      entryFileNames: '[name].js',
      chunkFileNames: ({ name }) => `${name === 'web-runtime' ? RUNTIME : name}-[hash].js`,
      minify: true,
      comments: { legal: false, annotation: false },
      codeSplitting: { includeDependenciesRecursively: false, groups },
    },
  });
  return [
    build('worker', 'worker.ts', groups(root), dir),
    build('encoder-worker', 'encoder-worker.ts', ENCODER_GROUPS, encoders),
  ];
}

/** Gives a worker its loader before anything else runs. */
function lateEntry(root: string): Plugin {
  const start = '\0late-start';
  return {
    name: 'late entry',
    resolveId: { filter: { id: /^(late:|\0late-start)/ }, handler: (id) => id },
    load: {
      filter: { id: /^(late:|\0late-start)/ },
      handler: (id) =>
        id === start
          ? `import { scriptLoader } from ${JSON.stringify(join(root, 'src/device/worker/script-loader.ts'))};
             const files = scriptLoader({ script: location.href });
             globalThis.sidestreamFiles = files;
             addEventListener('message', ({ data }) => files.onMessage(data));`
          : `import ${JSON.stringify(start)}; import ${JSON.stringify(id.slice('late:'.length))};`,
    },
  };
}

/** Makes each CommonJS chunk a script that defines itself; the entry's runs at once. */
function lateScripts(): Plugin {
  return {
    name: 'late scripts',
    renderChunk(code, { isEntry, fileName, imports }) {
      const factory = `(exports, require, ${SCRIPT}) => {${code}\n}`;
      const name = JSON.stringify(`./${fileName}`);
      if (isEntry) {
        const run = `((exports) => {(${factory})(exports, (name) => sidestreamFiles.require(name), location.href);`;
        return `${run}sidestreamFiles.define(${name}, [], (own) => Object.assign(own, exports));})({});`;
      }
      const needs = JSON.stringify(imports.map((file) => `./${file}`));
      // A thread of onnxruntime starts its file directly, without a loader.
      return `((factory) => globalThis.sidestreamFiles ? sidestreamFiles.define(${name}, ${needs}, factory) : factory({}, null, location.href))(${factory})`;
    },
    generateBundle(_, bundle) {
      const importsOf = (name: string): string[] => {
        const file = bundle[name];
        return file?.type === 'chunk' && !file.isEntry ? file.imports : [];
      };
      for (const name of Object.keys(bundle)) {
        // Each would wait for the other forever.
        if (needs(name, importsOf).has(name))
          this.error(`${name} depends on itself through its imports: split it differently`);
      }
      const entry = Object.values(bundle).find((file) => file.type === 'chunk' && file.isEntry);
      if (entry?.type !== 'chunk') return;
      // A few lines that most files need, which the bundler puts into a separate chunk.
      const runtime = Object.keys(bundle).find((name) => name.startsWith('rolldown-runtime-'));
      const helpers = runtime === undefined ? undefined : bundle[runtime];
      if (helpers?.type === 'chunk') {
        entry.code += `\n${helpers.code}`;
        delete bundle[helpers.fileName];
      }
      // The dependencies of a file are fetched in parallel with it, not after it.
      const present = [entry.fileName, helpers?.fileName];
      const tables = Object.keys(bundle).flatMap((name) => {
        const others = [...needs(name, importsOf)].filter((other) => !present.includes(other));
        return others.length > 0 ? [[`./${name}`, others.map((other) => `./${other}`)] as const] : [];
      });
      if (tables.length > 0) entry.code += `\nsidestreamFiles.expect(${JSON.stringify(Object.fromEntries(tables))});`;
      for (const file of Object.values(bundle)) {
        if (file.type === 'chunk' && file.code.length < MIN_ASSET_BYTES) file.code = file.code.padEnd(MIN_ASSET_BYTES);
      }
    },
  };
}

/** All files that a file needs, directly or not. */
function needs(name: string, importsOf: (name: string) => string[]): Set<string> {
  const found = new Set<string>();
  const visit = (file: string): void => {
    for (const next of importsOf(file)) {
      if (found.has(next)) continue;
      found.add(next);
      visit(next);
    }
  };
  visit(name);
  return found;
}

const OWN_WORKERS = /src[\\/]page[\\/]client[\\/]own-workers\.ts$/;

/** Lets the scripts for pages without a bundler find all files next to them. */
export const besideScript = (): Plugin => ({
  name: 'own workers beside the script',
  load: { filter: { id: OWN_WORKERS }, handler: () => ownWorkers('{ script: import.meta.url }') },
});

/** The import by which bundled modules learn where the bundler put the files: see `imports` in package.json. */
const PLACES = '#places';
export const throughBundler = (): Plugin => ({
  name: 'own workers through a bundler',
  resolveId: {
    filter: { id: /own-workers$/ },
    handler: () => ({ id: PLACES, external: true }),
  },
});

/**
 * Writes the modules of `#places`. Servers get a different file: they start no worker, and a bundler for servers would copy
 * all files of the workers. The encoders' files, the largest ones, are copied only for a page that imports `encoder-files.js`.
 * @param folder `lib`
 * @param files names of the files in `cdn`, and of the encoders' files in `encoders`
 * @param name of the package
 */
export async function writePlaces(
  folder: string,
  { workers, encoders }: { workers: string[]; encoders: string[] },
  name: string,
): Promise<void> {
  // Some bundlers write addresses without a host. Development servers that bundle a page's packages before serving them do not move the files.
  const left = `address.replace(/(\\/node_modules)\\/\\.[^?#]*\\/deps\\/(cdn|encoders)\\//, '$1/${name}/lib/$2/')`;
  const entries = `tables.flatMap((table) => Object.entries(table())).map(([file, address]) => [file, new URL(${left}, document.baseURI).href])`;
  const places = ownWorkers(`{ script: document.baseURI, files: Object.fromEntries(${entries}) }`);
  const tables = `const tables = [() => (${addressTable(workers, './cdn/')})];\n`;
  await writeFile(
    join(folder, 'places.js'),
    `${tables}export const addPlaces = (table) => void tables.push(table);\n${places}`,
  );
  await writeFile(join(folder, 'places.node.js'), `export const addPlaces = () => undefined;\n${ownWorkers('null')}`);
  const table = addressTable(encoders, './encoders/');
  await writeFile(
    join(folder, 'encoder-files.js'),
    `import { addPlaces } from '${PLACES}';\naddPlaces(() => (${table}));\n`,
  );
}

/** @param places expression */
const ownWorkers = (places: string): string =>
  `export const ownPlaces = () => (${places});\nexport const startSource = null;\n`;

/** Lets `encoders.js`, which is a module, load the part with onnxruntime as the worker does. */
export function ownRuntime(root: string, files: string[]): Plugin {
  const runtime = files.find((file) => file.startsWith(RUNTIME));
  const late = files.filter((file) => file === runtime || /^ort-.*\.wasm$/.test(file));
  const call = "import('./web-runtime')";
  return {
    name: 'own runtime',
    transform: {
      filter: { id: /src[\\/]core[\\/]encoders[\\/]web[\\/]web-encoder\.ts$/ },
      handler(code) {
        if (!code.includes(call)) this.error(`web-encoder.ts has no ${call}`);
        return `
          import { scriptLoader } from ${JSON.stringify(join(root, 'src/device/worker/script-loader.ts'))};
          const loadLate = () => {
            const table = ${addressTable(late, './/')};
            for (const file in table) table[file] = new URL(table[file], location.href).href;
            const files = scriptLoader({ script: import.meta.url, files: table });
            globalThis.sidestreamFiles = files;
            return files.require('./${runtime}');
          };
          ${code.replace(call, 'loadLate()')}`;
      },
    },
  };
}

/** Expression for an object of addresses, each in a form that bundlers recognise. */
function addressTable(files: string[], folder: string): string {
  const entries = [...new Set(files)].map(
    (file) => `${JSON.stringify(file)}: new URL('${folder}${file}', import.meta.url).href`,
  );
  return `{\n  ${entries.join(',\n  ')}\n}`;
}
