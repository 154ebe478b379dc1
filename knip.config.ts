import type { KnipConfig } from 'knip';

/**
 * `knip` finds what nothing uses: files, packages, exports. `knip --production` finds what only tests use, except what a
 * file exports for its test and uses itself.
 */
const production = process.argv.includes('--production');

/** A package of the workspace. @param started files that are started by name, or by a page */
const part = (...started: string[]) => ({
  entry: [...started.map((file) => `${file}!`), '**/*.test.ts'],
  project: ['**/*.ts!'],
});

const config: KnipConfig = {
  workspaces: {
    '.': {
      // A `!` marks what is no test.
      entry: [
        'src/{index,headless,page,inspector,pick,consent,rows}.ts!',
        'src/{page/element,page/adapters,page/frameworks/react,page/frameworks/vue,core/encoders/web}/index.ts!',
        // Started by name: workers, and the loader that the packaging puts in front of them.
        'src/device/worker/{worker,encoder-worker,script-loader}.ts!',
        // Comes late, as one object.
        'src/page/element/recs/shown-list.ts!',
        // Compiled to WebAssembly.
        'src/core/kernel/assembly/*-products.ts!',
        'scripts/*.{ts,mjs}!',
        'scripts/cycles/rooms.cjs!',
        'tools/**/main.ts!',
        'tools/bench/*.ts!',
        'tools/gpu/page/*.ts!',
        '{src,scripts,tools}/**/*.test.ts',
        'e2e/**/*.spec.ts',
        'e2e/{frameworks/main,pages/*,support/{*-bundle,build-fixtures,node-training,studio-files},vendure/playwright.config}.ts',
        'examples/*/vite.config.ts',
        'examples/*/src/**/*.{ts,tsx}',
        'docs/.vitepress/config.ts',
      ],
      project: [
        '{src,testing,scripts,tools}/**/*.{ts,mjs}!',
        '!testing/**!',
        '!tools/golden/random-model.ts!',
        'e2e/**/*.ts',
        '!e2e/frameworks/templates/**',
      ],
    },
    'packages/shop': part(),
    'packages/encoders': part(),
    'packages/cli': part('program/main.ts', 'bundler/chunk-worker.ts', 'training/shard-worker.ts'),
    'packages/lab': part(),
    'apps/demo': part('main.ts', 'sent/worker.ts'),
    'apps/editor': part('main.ts'),
    'apps/studio': part('main.ts', 'serve/service-worker.ts'),
  },
  // Started or named where no import is: by the checks of the package, a compiler and another tool's settings.
  // Types of frameworks are found through `lib`, which is not built yet in a fresh clone.
  // Debian's, where set-up runs on it.
  ignoreBinaries: ['apt-get', 'mkfifo'],
  ignoreDependencies: [
    '@arethetypeswrong/cli',
    // Fonts of the manual's pictures, found by their package.json.
    '@expo-google-fonts/noto-sans',
    '@expo-google-fonts/noto-sans-arabic',
    '@expo-google-fonts/noto-sans-mono',
    'assemblyscript',
    'svelte-check',
    'typedoc-plugin-markdown',
    'solid-js',
    'svelte',
    // Found by its package.json.
    'typescript-native',
  ],
  ignoreIssues: {
    // Types of what transformers.js brings along.
    'tools/bench/encoding/transformers.ts': ['unlisted'],
    // A test makes that file up.
    'src/device/worker/script-loader.test.ts': ['unresolved'],
  },
  include: production ? ['files', 'exports', 'types'] : [],
  ignoreExportsUsedInFile: production,
};

export default config;
