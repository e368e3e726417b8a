// The rooms and which way the arrows run; ARCHITECTURE.md says what each room owns.
const ROOMS = [
  'contracts',
  'database',
  'embedded-postgres',
  'platform',
  'facts',
  'ingest',
  'segments',
  'reports',
  'charts',
  'exclusions',
  'entity-pages',
  'exports',
  'mcp',
  'subscriptions',
];
const EDGES = ['platform', 'database', 'contracts'];
const MAY_USE = {
  contracts: [],
  database: ['contracts'],
  'embedded-postgres': [],
  platform: ['database', 'contracts'],
  facts: EDGES,
  ingest: ['facts', ...EDGES],
  segments: ['facts', ...EDGES],
  reports: ['segments', 'facts', ...EDGES],
  charts: ['segments', 'facts', ...EDGES],
  exclusions: ['charts', 'facts', ...EDGES],
  'entity-pages': ['reports', 'charts', 'segments', 'facts', ...EDGES],
  exports: ['ingest', 'subscriptions', 'segments', 'facts', ...EDGES],
  subscriptions: ['reports', 'segments', 'facts', ...EDGES],
  // It asks the API, not the rooms behind it.
  mcp: ['platform', 'contracts'],
};

// Inside a room: a folder may import the folders named here, of the same room. Folders that are not named here are free.
const FOLDERS = {
  facts: {
    blocks: [],
    distribution: [],
    membership: [],
    export: ['blocks', 'membership', 'read'],
    read: ['blocks', 'distribution', 'membership'],
    replica: ['blocks', 'membership', 'read'],
    search: ['blocks', 'read'],
    write: ['blocks', 'distribution', 'membership', 'read', 'replica'],
  },
  reports: {
    definitions: ['engine'],
    engine: [],
    snapshots: ['definitions', 'engine'],
    runs: ['definitions', 'engine', 'snapshots'],
    backtest: ['definitions', 'engine', 'runs'],
    api: ['definitions', 'engine', 'snapshots', 'runs'],
  },
};

const arrows = ROOMS.map((room) => {
  const others = ROOMS.filter((other) => other !== room && !MAY_USE[room].includes(other));
  return {
    name: `${room}-uses-only-${MAY_USE[room].join('-') || 'itself'}`,
    severity: 'error',
    from: { path: `^libs/${room}/` },
    to: { path: `^(?:dist/)?(?:libs/(?:${others.join('|')})|apps)/` },
  };
});

const innerArrows = Object.entries(FOLDERS).flatMap(([room, folders]) =>
  Object.entries(folders).map(([folder, used]) => {
    const others = Object.keys(folders).filter((name) => name !== folder && !used.includes(name));
    return {
      name: `${room}-${folder}-uses-only-${used.join('-') || 'itself'}`,
      severity: 'error',
      from: { path: `^libs/${room}/${folder}/` },
      to: { path: `^(?:dist/)?libs/${room}/(?:${others.join('|')})/` },
    };
  }),
);

export default {
  forbidden: [
    ...arrows,
    ...innerArrows,
    {
      name: 'the-dashboard-sees-contracts-only',
      comment: 'their types, and the packages that a browser runs',
      severity: 'error',
      from: { path: '^apps/dashboard/' },
      to: {
        path: ['^(?:dist/)?(?:libs|apps|bench|test)/', '^node_modules/'],
        pathNot: [
          '^apps/dashboard/',
          '^(?:dist/)?libs/contracts/index\\.(?:js|ts|d\\.ts)$',
          '^node_modules/(?:preact|uplot)/',
        ],
      },
    },
    {
      name: 'the-dashboard-takes-types-only-of-contracts',
      severity: 'error',
      from: { path: '^apps/dashboard/' },
      to: { path: '^(?:dist/)?libs/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'the-dashboard-runs-in-a-browser',
      severity: 'error',
      from: { path: '^apps/dashboard/', pathNot: 'vite\\.config' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'nobody-uses-the-dashboard',
      severity: 'error',
      from: { pathNot: '^apps/dashboard/' },
      to: { path: '^(?:dist/)?apps/dashboard/' },
    },
    {
      name: 'controllers-never-touch-the-database',
      comment: 'controller → service → store or query',
      severity: 'error',
      from: { path: '\\.controller\\.ts$' },
      to: { path: '^(?:dist/)?libs/database/|\\.(?:query|store)\\.(?:js|ts|d\\.ts)$' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'rooms-are-entered-by-their-front-door',
      comment:
        'import #libs/<room>, not a file inside it; settings, and what threads use, can be read without the rest. Tests and the bench may use ' +
        'inner files, so that a front door exports only what other rooms use',
      severity: 'error',
      from: { path: '^(libs/[^/]+|apps)/' },
      to: {
        path: '^(?:dist/)?libs/[^/]+/',
        pathNot: [
          '^$1/',
          '^(?:dist/)?libs/[^/]+/index\\.(?:js|ts|d\\.ts)$',
          '^(?:dist/)?libs/(?:platform/config|contracts/plain|facts/blocks)/index\\.(?:js|ts|d\\.ts)$',
        ],
      },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^dist/'] },
    exclude: { path: 'generated' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { conditionNames: ['import', 'node', 'default'] },
  },
};
