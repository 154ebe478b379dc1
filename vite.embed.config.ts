import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** The files a shop puts on its own host, in one folder: `sidestream.js`, `adapters.js`, and what they load later. */
export default defineConfig({
  base: './',
  publicDir: false,
  worker: { format: 'es' },
  resolve: { dedupe: ['@tensorflow/tfjs-core'] },
  build: {
    target: 'es2022',
    outDir: 'embed',
    chunkSizeWarningLimit: 2000,
    rollupOptions: {
      input: {
        sidestream: fileURLToPath(new URL('src/index.ts', import.meta.url)),
        adapters: fileURLToPath(new URL('src/adapters/index.ts', import.meta.url)),
      },
      preserveEntrySignatures: 'strict',
      output: { entryFileNames: '[name].js' },
    },
  },
});
