const { ROOMS, WINGS, ENTRIES, folderOf } = require('./scripts/cycles/rooms.cjs');

/** Doors whose code needs Node, or is too heavy for a page. */
const NODE_DOORS = '^src/core/(encoders/(node|recipes|adapt)|catalog/feed)/';
/** Wings that run in Node. */
const NODE_WINGS = 'shop|lab';
/** Modules of these wings that browsers run, too. */
const EVERYWHERE = Object.entries(ROOMS)
  .filter(([, { wing, runs }]) => NODE_WINGS.split('|').includes(wing) && runs.startsWith('everywhere'))
  .map(([room]) => `^${folderOf(room)}/(?!node/)`);

/** Tests, and the files that they use. */
const TESTS = ['\\.test\\.ts$', '^src/testing/'];

const arrows = Object.entries(ROOMS).map(([room, { imports }]) => {
  const others = Object.keys(ROOMS).filter((other) => other !== room && !imports.includes(other));
  const entries = ENTRIES[room] ?? [];
  return {
    name: `arrow-${room}`,
    comment: `${folderOf(room)} may import ${imports.join(', ') || 'no other room'}.`,
    severity: 'error',
    from: { path: `^${folderOf(room)}/`, pathNot: TESTS },
    to: {
      path: [...others.map((other) => `^${folderOf(other)}/`), '^src/[^/]+\\.ts$'].join('|'),
      pathNot: ['^src/error\\.ts$', ...entries.map((entry) => `^src/${entry}\\.ts$`)],
    },
  };
});

const wings = Object.entries(WINGS).map(([wing, imports]) => ({
  name: `wing-${wing}`,
  comment: `src/${wing} may import ${imports.join(', ') || 'no other wing'}; what is loaded late may be of any.`,
  severity: 'error',
  from: { path: `^src/${wing}/`, pathNot: TESTS },
  to: {
    dynamic: false,
    path: '^src/(core|device|page|shop|lab|demo|studio)/',
    pathNot: [wing, ...imports].map((own) => `^src/${own}/`),
  },
}));

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment:
        'Imports of types count: an object that holds another one imports its type, so objects refer to each other one way.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'door-only',
      comment:
        'Other rooms are entered through an index.ts; code that comes late is imported by its file, so that no more comes along. common/ has no door: each of its files is on its own.',
      severity: 'error',
      from: { path: '^src/([^/]+/[^/]+)/', pathNot: ['^src/lab/', ...TESTS] },
      to: {
        dynamic: false,
        path: '^src/(?!demo/|studio/)[^/]+/.+',
        pathNot: [
          '^src/$1/',
          '^src/core/common/',
          '^src/[^/]+/[^/]+/index\\.ts$',
          '^src/[^/]+/[^/]+/[^/]+/index\\.ts$',
        ],
      },
    },
    {
      name: 'door-only-lab',
      comment: 'The rooms of the lab share their parts; browsers load some of them for simulated shoppers.',
      severity: 'error',
      from: { path: '^src/lab/', pathNot: TESTS },
      to: {
        dynamic: false,
        path: '^src/(?!demo/|studio/|lab/)[^/]+/.+',
        pathNot: ['^src/core/common/', '^src/[^/]+/[^/]+/index\\.ts$', '^src/[^/]+/[^/]+/[^/]+/index\\.ts$'],
      },
    },
    {
      name: 'no-node-builtins',
      comment: 'Only these rooms, tests and their helpers may depend on Node.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: [`^src/(${NODE_WINGS})/`, '^src/core/encoders/(node|recipes|adapt)/', ...TESTS],
      },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'everywhere',
      comment: 'What browsers run does not enter what needs Node.',
      severity: 'error',
      from: { path: [...EVERYWHERE, '^src/(demo|studio)/'], pathNot: TESTS },
      to: { path: '^src/(shop/((logs|training)/node|bundler|cli)|lab/commands)/' },
    },
    {
      name: 'everywhere-no-node-builtins',
      comment: 'Browsers run this, too.',
      severity: 'error',
      from: { path: EVERYWHERE, pathNot: TESTS },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'node-door',
      comment: 'Doors that need Node never reach the browser.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: [`^src/(${NODE_WINGS}|core/encoders|studio/(build|learn))/`, '^src/core/catalog/feed/', ...TESTS],
      },
      to: { path: NODE_DOORS },
    },
    {
      name: 'sources-alone',
      comment: 'The product does not depend on what its developers run.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(tools|e2e|scripts)/' },
    },
    {
      name: 'testing-alone',
      comment: 'Helpers of tests are not part of the product.',
      severity: 'error',
      from: { path: '^src/', pathNot: TESTS },
      to: { path: '^src/testing/' },
    },
    ...arrows,
    ...wings,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
};
