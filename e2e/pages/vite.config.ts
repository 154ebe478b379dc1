import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { PAGES_PORT } from '../support/ports';

const root = fileURLToPath(new URL('.', import.meta.url));
/** Pages with a script of the same name; `grid.html` is a page of a shop that uses the package. */
const pages = readdirSync(root).filter(
  (file) => file.endsWith('.html') && existsSync(root + file.replace('html', 'ts')),
);

const packageOf = (file: string | null): string | undefined => file?.match(/node_modules\/(?:@[^/]+\/)?([^/]+)/)?.[1];

/**
 * Builds and serves small pages with which a spec tests one room of src/ in a real browser. They are built because a development
 * server sends each module separately, which takes a second or more of every test.
 */
export default defineConfig({
  root,
  build: {
    target: 'es2022',
    outDir: fileURLToPath(new URL('../../.cache/pages', import.meta.url)),
    emptyOutDir: true,
    minify: false,
    chunkSizeWarningLimit: 4000,
    rolldownOptions: {
      input: pages.map((file) => root + file),
      // Specs identify a file by the folder or the package from which it comes.
      output: { chunkFileNames: ({ name, facadeModuleId }) => `assets/${packageOf(facadeModuleId) ?? name}-[hash].js` },
    },
  },
  preview: { port: PAGES_PORT, strictPort: true },
  worker: { format: 'es' },
});
