import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type PluginOption } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Builds the page of `sidestream rules edit`, which takes the element from the package at run time. @param outDir is emptied */
export const buildEditor = (outDir: string, plugins: PluginOption[] = []): Promise<unknown> =>
  build({
    root: join(root, 'apps/editor'),
    configFile: false,
    base: './',
    logLevel: 'warn',
    publicDir: false,
    plugins,
    build: { target: 'es2022', outDir, emptyOutDir: true, rolldownOptions: { checks: { pluginTimings: false } } },
  });
