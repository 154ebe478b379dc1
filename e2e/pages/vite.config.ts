import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const repository = fileURLToPath(new URL('../../', import.meta.url));

/** Serves small pages that let a spec reach one room of src/ in a real browser. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  cacheDir: fileURLToPath(new URL('../../node_modules/.vite/pages', import.meta.url)),
  server: { port: 4174, strictPort: true, fs: { allow: [repository] } },
  worker: { format: 'es' },
  resolve: { dedupe: ['@tensorflow/tfjs-core'] },
  optimizeDeps: { exclude: ['onnxruntime-web'] },
});
