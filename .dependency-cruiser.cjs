const { ROOMS, ENTRIES } = require('./scripts/cycles/rooms.cjs');

/** Doors whose code needs Node, or is too heavy for a page. */
const NODE_DOORS = '^src/(encoders/(node|recipes|adapt)|catalog/feed)/';
/** Rooms that run in Node alone. */
const NODE_ROOMS = ['build', 'cli', 'evaluate', 'training'].join('|');
/** Folders of theirs that browsers run, too. */
const EVERYWHERE = '^src/(evaluate/simulate|training/(companions|demand))/';

/** Tests, and what they build on. */
const TESTS = ['\\.test\\.ts$', '^src/testing/'];

const arrows = Object.entries(ROOMS).map(([room, { imports }]) => {
  const others = Object.keys(ROOMS).filter((other) => other !== room && !imports.includes(other));
  const entries = ENTRIES[room] ?? [];
  return {
    name: `arrow-${room}`,
    comment: `src/${room} may import ${imports.join(', ') || 'no other room'}.`,
    severity: 'error',
    from: { path: `^src/${room}/`, pathNot: TESTS },
    to: {
      path: [...others.map((other) => `^src/${other}/`), '^src/[^/]+\\.ts$'].join('|'),
      pathNot: ['^src/error\\.ts$', ...entries.map((entry) => `^src/${entry}\\.ts$`)],
    },
  };
});

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
      from: { path: '^src/([^/]+)/', pathNot: TESTS },
      to: {
        dynamic: false,
        path: '^src/[^/]+/.+',
        pathNot: ['^src/$1/', '^src/common/', '^src/[^/]+/index\\.ts$', '^src/[^/]+/[^/]+/index\\.ts$'],
      },
    },
    {
      name: 'no-node-builtins',
      comment: 'Only these rooms, tests and what they build on run in Node alone.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: [`^src/(${NODE_ROOMS})/`, '^src/encoders/(node|recipes|adapt)/', ...TESTS],
      },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'everywhere',
      comment: 'What browsers run of the rooms of Node enters them by the doors that browsers may enter.',
      severity: 'error',
      from: { path: [EVERYWHERE, '^src/demo/'], pathNot: TESTS },
      to: { path: '^src/(training|evaluate|build|cli)/index\\.ts$' },
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
        pathNot: [`^src/(${NODE_ROOMS}|encoders)/`, '^src/catalog/feed/', ...TESTS],
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
      comment: 'What tests build on is no part of the product.',
      severity: 'error',
      from: { path: '^src/', pathNot: TESTS },
      to: { path: '^src/testing/' },
    },
    ...arrows,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
};
