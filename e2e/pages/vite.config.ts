import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { PAGES_PORT } from '../support/ports';

const repository = fileURLToPath(new URL('../../', import.meta.url));

/** Serves small pages with which a spec tests one room of src/ in a real browser. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  cacheDir: fileURLToPath(new URL('../../node_modules/.vite/pages', import.meta.url)),
  // A source edited while a spec runs must not reload its page.
  server: { port: PAGES_PORT, strictPort: true, hmr: false, fs: { allow: [repository] } },
  worker: { format: 'es' },
  resolve: { dedupe: ['@tensorflow/tfjs-core'] },
  optimizeDeps: { exclude: ['onnxruntime-web'] },
});
