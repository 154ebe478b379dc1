const { ROOMS, WINGS, ENTRIES, folderOf } = require('./scripts/cycles/rooms.cjs');

/** Tests, and the files that they use. */
const TESTS = ['\\.test\\.ts$', '^testing/'];
/** Code that runs in Node only. Everything else also runs in browsers. */
const NODE = '^packages/(encoders|cli|lab/commands)/';
const PRODUCT = '^(src|packages|apps)/';

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

const wings = Object.entries(WINGS).map(([wing, { folder, imports }]) => ({
  name: `wing-${wing}`,
  comment: `${folder} may import ${imports.join(', ') || 'no other wing'}; what is loaded late may be of any.`,
  severity: 'error',
  from: { path: `^${folder}/`, pathNot: TESTS },
  to: {
    dynamic: false,
    path: Object.entries(WINGS)
      .filter(([other]) => other !== wing && !imports.includes(other))
      .map(([, other]) => `^${other.folder}/`)
      .join('|'),
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
        'Other rooms are entered through an index.ts; code that comes late is imported by its file, so that no more comes along. common/ has no door: each of its files is on its own. The rooms of the lab share their parts.',
      severity: 'error',
      from: { path: '^((?:src|packages)/[^/]+/[^/]+|apps/[^/]+)/', pathNot: TESTS },
      to: {
        dynamic: false,
        path: '^(src|packages)/[^/]+/[^/]+/',
        pathNot: ['^$1/', '^src/core/common/', '^packages/lab/', '/index\\.ts$'],
      },
    },
    {
      name: 'lab-doors',
      comment: 'Outside the lab its rooms are entered through their doors, too.',
      severity: 'error',
      from: { path: PRODUCT, pathNot: ['^packages/lab/', ...TESTS] },
      to: { dynamic: false, path: '^packages/lab/', pathNot: '/index\\.ts$' },
    },
    {
      name: 'no-node-builtins',
      comment: 'Only what runs in Node, and tests, may depend on Node.',
      severity: 'error',
      from: { path: PRODUCT, pathNot: [NODE, ...TESTS] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-node-code',
      comment: 'What browsers run does not enter what needs Node.',
      severity: 'error',
      from: { path: PRODUCT, pathNot: [NODE, ...TESTS] },
      to: { path: NODE },
    },
    {
      name: 'feeds-are-heavy',
      comment: 'The readers of feeds never reach a page of a shop.',
      severity: 'error',
      from: { path: '^(src|apps/(demo|editor))/', pathNot: ['^src/core/catalog/feed/', ...TESTS] },
      to: { path: '^src/core/catalog/feed/' },
    },
    {
      name: 'sources-alone',
      comment: 'The product does not depend on what its developers run.',
      severity: 'error',
      from: { path: PRODUCT },
      to: { path: '^(tools|e2e|scripts)/' },
    },
    {
      name: 'testing-alone',
      comment: 'Helpers of tests are not part of the product.',
      severity: 'error',
      from: { path: PRODUCT, pathNot: TESTS },
      to: { path: '^testing/' },
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
