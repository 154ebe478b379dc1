/** The arrows between the rooms of src/ (see src/README.md). Each room lists the rooms it may import from. */
const ROOMS = {
  catalog: [],
  encoders: [],
  model: [],
  ranking: ['model', 'catalog'],
  learner: ['ranking', 'model', 'catalog'],
  evaluate: ['learner', 'ranking', 'model', 'catalog'],
  experiment: ['learner', 'ranking'],
  store: ['catalog', 'learner', 'model'],
  runtime: ['experiment', 'store', 'learner', 'ranking', 'model', 'encoders', 'catalog'],
  element: [],
  adapters: [],
  demo: ['element'],
  cli: ['evaluate', 'encoders', 'catalog', 'model', 'learner', 'ranking'],
};
/** Files at the root of src/ that rooms may import. */
const ROOT_FILES = { element: ['recommender'], adapters: ['recommender'], demo: ['recommender', 'index', 'inspector'] };

const rooms = Object.keys(ROOMS);
const arrows = rooms.map((room) => {
  const others = rooms.filter((other) => other !== room && !ROOMS[room].includes(other));
  const root = ['recommender', 'index', 'inspector'].filter((file) => !(ROOT_FILES[room] ?? []).includes(file));
  const forbidden = [...others.map((other) => `^src/${other}/`), ...root.map((file) => `^src/${file}\\.ts$`)];
  return {
    name: `arrow-${room}`,
    comment: `src/${room} may import ${ROOMS[room].join(', ') || 'no other room'}.`,
    severity: 'error',
    from: { path: `^src/${room}/`, pathNot: '\\.test\\.ts$' },
    to: { path: forbidden.join('|') },
  };
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'door-only',
      comment: 'Other rooms are entered through index.ts (or node.ts, the door for Node-only code).',
      severity: 'error',
      from: { path: '^src/([^/]+)/', pathNot: '\\.(test|fixture)\\.ts$' },
      to: { path: '^src/[^/]+/.+', pathNot: ['^src/$1/', '^src/[^/]+/(index|node)\\.ts$'] },
    },
    {
      name: 'no-node-builtins',
      comment: 'Only src/cli, tests and their fixtures run in Node alone.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/cli/', '\\.(test|fixture)\\.ts$'] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'node-door',
      comment: 'Node-only doors never reach the browser.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/(cli|evaluate)/', '\\.test\\.ts$'] },
      to: { path: '^src/[^/]+/node\\.ts$' },
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
