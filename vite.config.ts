import { rolldown } from 'rolldown';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** One file for all that page or worker need at once: each file more is a request before the first list. */
const initial = (name: string) => ({ name, tags: ['$initial' as const], priority: 1 });

/** The shop, with what its first list needs: reduced prices and ratings. */
const shop = { name: 'shop', priority: 1, test: /src\/(demo\/shop-|page\/element\/recs\/card-extras\/)/ };

/** Lets the workers of the demo shop count what they send, for the figure on its home page. */
const sentByWorkers = (): Plugin => ({
  name: 'sent-by-workers',
  apply: (_, { mode }) => mode !== 'test',
  transform: (code, id) =>
    /src\/(device\/worker\/(encoder-)?|demo\/simulate\/simulation-)worker\.ts/.test(id)
      ? `import '/src/demo/sent/worker.ts';${code}`
      : undefined,
});

const SERVICE_WORKER = 'studio-service-worker.js';

/** Puts Studio's service worker beside its page: one plain script, because not every browser runs modules there, with a fixed name. */
const studioServiceWorker = (): Plugin => ({
  name: 'service worker of Studio',
  apply: (_, { mode }) => mode !== 'test',
  configureServer({ middlewares }) {
    middlewares.use(`/${SERVICE_WORKER}`, (_, response, next) => {
      serviceWorkerCode().then(
        (code) => response.setHeader('Content-Type', 'text/javascript').end(code),
        (thrown: unknown) => next(thrown),
      );
    });
  },
  async generateBundle() {
    this.emitFile({ type: 'asset', fileName: SERVICE_WORKER, source: await serviceWorkerCode() });
  },
});

async function serviceWorkerCode(): Promise<string> {
  const bundle = await rolldown({ input: 'src/studio/serve/service-worker.ts', platform: 'browser', logLevel: 'warn' });
  const { output } = await bundle.generate({ format: 'iife', minify: true });
  await bundle.close();
  return output[0].code;
}

/** Tests of code whose modules have a state, such as a kernel once loaded, or that put others in their place. */
const OWN_MODULES = [
  'src/{page/client,device/worker}/**/*.test.ts',
  'src/core/kernel/**/*.test.ts',
  'src/device/learner/profile-bounds.test.ts',
  'src/device/ranking/aging.test.ts',
  'src/device/ranking/nearest-neighbors.test.ts',
  'src/shop/bundler/queue/build-queue.test.ts',
];

export default defineConfig({
  base: './',
  plugins: [sentByWorkers(), studioServiceWorker()],
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
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      { extends: true, test: { name: 'own modules', include: OWN_MODULES } },
      // Files in one worker share its modules, which takes a fifth off the time of all.
      {
        extends: true,
        test: {
          name: 'shared modules',
          include: ['src/**/*.test.ts', 'tools/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: [...OWN_MODULES, '**/node_modules/**'],
          isolate: false,
        },
      },
    ],
  },
});
