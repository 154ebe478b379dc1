/**
 * The wings of src/, which say where code runs, and the wings that each may import: core <- device <- page, core <- shop <- lab. A
 * shop builds and measures with the same code that ranks and learns on devices, so the shop and the lab import these rooms of the
 * device.
 */
const WINGS = {
  core: [],
  device: ['core'],
  page: ['core', 'device'],
  shop: ['core', 'device'],
  lab: ['core', 'device', 'shop'],
};

/** The rooms in the order of their imports: their wing, their content, where their code runs, and the rooms they import. */
const ROOMS = {
  common: {
    wing: 'core',
    runs: 'everywhere',
    has: 'mutex, digest, bytes, hash, ids, words, random numbers, errors, strict schemas, products of rows, eigenvectors, trusted addresses of scripts',
    imports: [],
  },
  labels: {
    wing: 'core',
    runs: 'everywhere',
    has: 'texts of the elements and of reasons: `locales/` has one file for each language',
    imports: [],
  },
  kernel: {
    wing: 'core',
    runs: 'everywhere',
    has: 'matrix products with WebAssembly vector instructions',
    imports: [],
  },
  events: { wing: 'core', runs: 'everywhere', has: 'event schema, history of choices, shopper state', imports: [] },
  catalog: {
    wing: 'core',
    runs: 'everywhere',
    has: 'item schema; `feed/` readers, `bundle/` format, `features/`, `shards/`, co-occurrence, demand, `variants/`, `offers/`, `mutable-files/`',
    imports: ['common'],
  },
  card: {
    wing: 'core',
    runs: 'everywhere',
    has: 'what cards of products have on pages and in files: prices, safe addresses, columns; `facts/`: saving, badge, rating',
    imports: ['catalog'],
  },
  encoders: {
    wing: 'core',
    runs: 'everywhere',
    has: 'frozen text and image encoders: `web/`, `node/`, `recipes/` (npm package to ONNX), `adapt/` (foreign models)',
    imports: ['common'],
  },
  ranking: {
    wing: 'device',
    runs: 'worker',
    has: '`terms/` of the score, lists per placement, `rules/`, `retrieval/`, `find/` (words), `explanation/`, and files of demand, groups, hints, variants …',
    imports: ['catalog', 'common', 'events', 'kernel', 'labels'],
  },
  learner: {
    wing: 'device',
    runs: 'worker',
    has: 'learning on the device: weights, `experts/`, journal, profile',
    imports: ['catalog', 'common', 'events', 'kernel', 'ranking'],
  },
  store: {
    wing: 'device',
    runs: 'worker',
    has: 'event log, profile and snapshots in memory or IndexedDB; encryption',
    imports: ['catalog', 'common', 'events'],
  },
  experiment: {
    wing: 'device',
    runs: 'worker',
    has: 'A/B split, attribution, counters, reports about a visitor',
    imports: ['common', 'events', 'ranking'],
  },
  protocol: {
    wing: 'device',
    runs: 'page and worker',
    has: "public types (`device/protocol/api.ts`), schemas of requests, the worker's interface",
    imports: ['catalog', 'common', 'encoders', 'events', 'experiment', 'ranking', 'store'],
  },
  worker: {
    wing: 'device',
    runs: 'worker',
    has: "the recommender's worker and the encoder worker",
    imports: [
      'catalog',
      'common',
      'encoders',
      'events',
      'experiment',
      'kernel',
      'learner',
      'protocol',
      'ranking',
      'store',
    ],
  },
  client: {
    wing: 'page',
    runs: 'page',
    has: 'createRecommender: connection to the worker, impressions',
    imports: ['catalog', 'common', 'protocol', 'store', 'worker'],
  },
  element: {
    wing: 'page',
    runs: 'page',
    has: '`<sidestream-recs>` (`recs/`), `<sidestream-inspector>` (`inspector/`), `<sidestream-pick>` (`pick/`), `<sidestream-find>` (`find/`), `<sidestream-rows>` (`rows/`)',
    imports: ['adapters', 'card', 'client', 'labels', 'protocol'],
  },
  adapters: {
    wing: 'page',
    runs: 'page',
    has: 'events from data attributes and the GA4 data layer, grids ordered for the shopper, `consent/`, functions for `onMetric`, tools for agents',
    imports: ['client', 'common', 'protocol'],
  },
  frameworks: {
    wing: 'page',
    runs: 'page and servers',
    has: 'hook, composable and components for React and Vue',
    imports: ['element', 'protocol'],
  },
  demo: {
    wing: null,
    runs: 'page',
    has: 'the demo shop behind `index.html`',
    imports: ['client', 'common', 'element', 'protocol'],
  },
  pipeline: {
    wing: 'shop',
    runs: 'everywhere',
    has: 'the steps of a build: rows of a feed, encoding with its cache, projection, words, weights of the content',
    imports: ['catalog', 'common', 'encoders', 'kernel'],
  },
  studio: {
    wing: null,
    runs: 'page and workers',
    has: '`studio.html`, where a shop makes its recommender in a browser tab: `page/`, and workers; `files/`: what it keeps in the browser',
    imports: [
      'catalog',
      'client',
      'common',
      'demo',
      'element',
      'encoders',
      'evaluate',
      'logs',
      'pipeline',
      'protocol',
      'training',
    ],
  },
  editor: {
    wing: null,
    runs: 'page',
    has: 'the page of `sidestream rules edit`, where a shop edits its rules file',
    imports: ['client', 'common', 'demo', 'element', 'protocol', 'ranking'],
  },
  bundler: {
    wing: 'shop',
    runs: 'Node',
    has: 'catalogue to bundle in Node: files, pictures, process pool, queue, `hub/`; the check of the rules file',
    imports: ['catalog', 'common', 'encoders', 'pipeline', 'ranking'],
  },
  lists: {
    wing: 'shop',
    runs: 'Node',
    has: 'lists for every shopper as files: HTML, JSON, CSV, and their style sheet',
    imports: ['bundler', 'card', 'catalog', 'common', 'kernel', 'labels', 'pipeline', 'ranking'],
  },
  logs: {
    wing: 'shop',
    runs: 'everywhere; `node/`: Node',
    has: 'event logs of shops: readers, purchases, order logs, the end of the past; `sql/`: the statements that prepare a log for training; `node/`: runs them in DuckDB',
    imports: ['bundler', 'catalog', 'common', 'events', 'pipeline'],
  },
  training: {
    wing: 'shop',
    runs: 'everywhere; `node/`: Node',
    has: 'training on the log of a shop: `model/`: the network of the side model on tfjs, its gradients, optimizer and files; `side/`: its training, `interactions/`: choices by shopper, co-occurrence, recent popularity; `node/`: its files, and compute backend with `native/`: gradients by onnxruntime-node',
    imports: ['bundler', 'catalog', 'common', 'encoders', 'kernel', 'learner', 'logs', 'pipeline', 'ranking'],
  },
  cli: {
    wing: 'shop',
    runs: 'Node',
    has: 'the commands of `sidestream` that a shop needs',
    imports: ['bundler', 'catalog', 'common', 'encoders', 'lists', 'logs', 'pipeline', 'ranking', 'training'],
  },
  program: {
    wing: 'shop',
    runs: 'Node',
    has: '`sidestream` with its commands; those of `lab/` are loaded late',
    imports: ['cli', 'commands'],
  },
  evaluate: {
    wing: 'lab',
    runs: 'everywhere',
    has: 'protocols on held-out shoppers and windows, metrics, reports',
    imports: ['catalog', 'common', 'learner', 'logs', 'pipeline', 'ranking', 'training'],
  },
  verdict: {
    wing: 'lab',
    runs: 'everywhere',
    has: 'variants of an experiment compared over all visitors, and the number that a pilot needs',
    imports: ['catalog', 'common', 'evaluate', 'experiment', 'logs'],
  },
  simulate: {
    wing: 'lab',
    runs: 'everywhere',
    has: 'simulated shoppers with known tastes',
    imports: ['catalog', 'common', 'evaluate', 'learner', 'logs', 'ranking', 'training'],
  },
  commands: {
    wing: 'lab',
    runs: 'Node',
    has: 'the commands of `sidestream` that measure',
    imports: [
      'bundler',
      'catalog',
      'cli',
      'common',
      'evaluate',
      'learner',
      'logs',
      'pipeline',
      'protocol',
      'ranking',
      'simulate',
      'training',
      'verdict',
      'worker',
    ],
  },
};

/** Files at the root of src/ that rooms may import, in addition to the error class. */
const ENTRIES = { demo: ['index', 'inspector', 'find'] };

/** Folder of a room. */
const folderOf = (room) => ['src', ROOMS[room].wing, room].filter(Boolean).join('/');

module.exports = { ROOMS, WINGS, ENTRIES, folderOf };
