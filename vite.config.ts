import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** One file for all that page or worker need at once: each file more is a request before the first list. */
const initial = (name: string) => ({ name, tags: ['$initial' as const], priority: 1 });

/** The shop, with what its first list needs: reduced prices and ratings. */
const shop = { name: 'shop', priority: 1, test: /(apps\/demo\/shop-|src\/page\/element\/recs\/card-extras)/ };

/** Lets the workers of the demo shop count what they send, for the figure on its home page. */
const sentByWorkers = (): Plugin => ({
  name: 'sent-by-workers',
  apply: (_, { mode }) => mode !== 'test',
  transform: (code, id) =>
    /src\/device\/worker\/(encoder-)?worker\.ts/.test(id) ? `import '/apps/demo/sent/worker.ts';${code}` : undefined,
});

/** Tests of code whose modules have a state, such as a kernel once loaded, or that put others in their place. */
const OWN_MODULES = [
  'src/{page/client,device/worker}/**/*.test.ts',
  'src/core/kernel/**/*.test.ts',
  'src/device/learner/profile-bounds.test.ts',
  // A registry of elements keeps the class of the first file that defined one.
  'src/page/element/{index,pick/sidestream-pick,rows/sidestream-rows}.test.ts',
  // They replace modules that other files have loaded.
  'src/page/element/list/{list,shared-recommender}.test.ts',
  'src/page/frameworks/follow-list.test.ts',
  'src/device/ranking/rank-aging.test.ts',
  'src/device/ranking/nearest-neighbors.test.ts',
  'packages/cli/bundler/queue.test.ts',
];

export default defineConfig({
  base: './',
  plugins: [sentByWorkers()],
  server: { port: 4173, strictPort: false },
  preview: { port: 4173, strictPort: false },
  build: {
    target: 'es2022',
    outDir: 'dist',
    chunkSizeWarningLimit: 2000,
    rolldownOptions: { output: { codeSplitting: { groups: [initial('index'), shop] } } },
  },
  worker: {
    format: 'es',
    plugins: () => [sentByWorkers()],
    rolldownOptions: {
      output: { codeSplitting: { includeDependenciesRecursively: false, groups: [initial('worker')] } },
    },
  },
  resolve: { dedupe: ['@tensorflow/tfjs-core'] },
  // Pre-bundling rewrites import.meta.url and breaks onnxruntime-web's lookup of its own wasm file.
  optimizeDeps: { exclude: ['onnxruntime-web'] },
  test: {
    // One worker per core: by default one core is left idle, and there may be only two.
    maxWorkers: '100%',
    globalSetup: './scripts/command-line.ts',
    environment: 'node',
    // Otherwise empty, even where a module imports the text.
    css: { include: [/examples\/plain\/lists\.css/] },
    setupFiles: ['testing/patience.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      { extends: true, test: { name: 'own modules', include: OWN_MODULES } },
      // Files in one worker share its modules, which takes a fifth off the time of all.
      {
        extends: true,
        test: {
          name: 'shared modules',
          include: ['{src,packages,apps,tools,scripts}/**/*.test.ts'],
          exclude: [...OWN_MODULES, '**/node_modules/**'],
          isolate: false,
        },
      },
    ],
  },
});
