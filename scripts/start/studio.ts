import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type PluginOption } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Builds `studio.html` with its workers. It is a build of its own: together with the demo shop, the two pages would share the
 * files of the shop's first list, and each would load code of the other.
 * @param outDir nothing in it is deleted
 * @param plugins for the page and its workers
 */
export async function buildStudio(outDir = join(root, 'dist'), plugins = (): PluginOption[] => []): Promise<void> {
  await build({
    root,
    configFile: false,
    base: './',
    logLevel: 'warn',
    publicDir: false,
    plugins: plugins(),
    worker: { format: 'es', plugins },
    resolve: { dedupe: ['@tensorflow/tfjs-core'] },
    build: {
      target: 'es2022',
      outDir,
      emptyOutDir: false,
      chunkSizeWarningLimit: 2000,
      rolldownOptions: {
        input: join(root, 'studio.html'),
        checks: { pluginTimings: false, ineffectiveDynamicImport: false },
      },
    },
  });
}
