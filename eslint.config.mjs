import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/**
 * Imports run one way. For each folder: what it must not import, and what to do instead.
 */
const ARROWS = {
  domain: {
    mayNotImport: ['*'],
    instead: 'The domain is pure: pass what it needs as plain data.',
  },
  errors: {
    mayNotImport: ['*'],
    instead: 'errors/ depends on no other folder.',
  },
  'text-validators': {
    mayNotImport: ['*'],
    instead: 'text-validators depends on no other module.',
  },
  config: {
    mayNotImport: ['*'],
    except: ['text-validators'],
    instead:
      'config/ depends on nothing else: read the settings in the container and pass them in.',
  },
  models: {
    mayNotImport: ['*'],
    except: ['domain'],
    instead: 'Models know only their columns and the domain types of these.',
  },
  observability: {
    mayNotImport: ['*'],
    except: ['config'],
    instead: 'Every layer may log and count, so observability/ must not depend on any of them.',
  },
  database: {
    mayNotImport: ['*'],
    except: ['config', 'errors', 'load', 'models', 'observability'],
    instead: 'database/ knows rows, not their meaning.',
  },
  policies: {
    mayNotImport: ['*'],
    except: ['domain', 'errors'],
    instead: 'A policy decides on an actor and a resource; load both before you call it.',
  },
  'rate-limits': {
    mayNotImport: ['*'],
    except: ['config', 'errors', 'observability'],
    instead: 'rate-limits/ counts keys; the caller knows what they stand for.',
  },
  load: {
    mayNotImport: ['*'],
    except: ['errors'],
    instead: 'load/ bounds work; it does not know what the work is.',
  },
  auth: {
    mayNotImport: ['*'],
    except: ['config', 'load', 'database', 'domain', 'errors', 'observability', 'rate-limits'],
    instead: 'auth/ knows accounts, passwords and tokens; use cases belong in services/.',
  },
  inventory: {
    mayNotImport: ['*'],
    except: ['database', 'domain', 'errors', 'models', 'observability'],
    instead: 'The executor knows nothing of HTTP or accounts: the command names its actor.',
  },
  'inventory-thread': {
    mayNotImport: ['app', 'container', 'controllers', 'dtos', 'middlewares', 'process', 'routes'],
    instead: 'The thread gets commands and gives finished answers; it knows nothing of HTTP.',
  },
  services: {
    mayNotImport: [
      'app',
      'container',
      'controllers',
      'dtos',
      'middlewares',
      'openapi',
      'presenters',
      'process',
      'routes',
    ],
    instead: 'Services take commands and return results; DTOs and presenters are for controllers.',
  },
  dtos: {
    mayNotImport: ['*'],
    except: ['domain', 'errors', 'text-validators'],
    instead: 'DTOs only describe what is on the wire.',
  },
  presenters: {
    mayNotImport: ['app', 'container', 'controllers', 'middlewares', 'process', 'routes'],
    instead: 'A presenter turns a result into a DTO.',
  },
  controllers: {
    mayNotImport: ['app', 'container', 'database', 'middlewares', 'models', 'process', 'routes'],
    instead: 'Controllers call a service.',
  },
  middlewares: {
    mayNotImport: ['app', 'container', 'models', 'process', 'routes'],
    instead: 'Pass it to the middleware as an argument.',
  },
  openapi: {
    mayNotImport: ['*'],
    except: ['controllers', 'dtos', 'errors', 'text-validators', 'rate-limits', 'middlewares'],
    instead: 'The document is built from the route table and the DTOs.',
  },
  routes: {
    mayNotImport: ['app', 'container', 'database', 'models', 'process'],
    instead: 'Routes name a controller.',
  },
};

const FOLDERS = [...Object.keys(ARROWS), 'app', 'container', 'process', 'version'];

const importArrows = Object.entries(ARROWS).map(
  ([folder, { mayNotImport, except = [], instead }]) => {
    const forbidden = (mayNotImport.includes('*') ? FOLDERS : mayNotImport).filter(
      (other) => other !== folder && !except.includes(other),
    );
    return {
      files: [`src/${folder}/**/*.ts`, `src/${folder}.ts`],
      rules: {
        'no-restricted-imports': [
          'error',
          {
            patterns: [
              {
                group: forbidden.flatMap((other) => [`**/${other}`, `**/${other}/**`]),
                message: instead,
              },
              ...(folder === 'domain'
                ? [{ group: ['sequelize', 'express', 'node:*'], message: instead }]
                : []),
            ],
          },
        ],
      },
    };
  },
);

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'data/', 'coverage/', 'docs/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      // noUncheckedIndexedAccess adds `undefined` even to an index that was just checked.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // DTO classes only describe shapes; plain objects of that shape are intended.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-extraneous-class': [
        'error',
        { allowEmpty: true, allowStaticOnly: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'no-console': 'error',
      eqeqeq: 'error',
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Read the configuration instead.' },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: "CallExpression[callee.property.name='sync'][callee.object.name=/equelize/]",
          message: 'Only migrations change the schema.',
        },
        {
          selector: "CallExpression[callee.property.name='transaction']",
          message: 'Only UnitOfWork opens transactions: take a Tx, or use unitOfWork.run.',
        },
        {
          selector: 'CallExpression[callee.property.name=/^findOrCreate$|^findOrBuild$/]',
          message: 'It opens its own transaction. Lock, find, then create.',
        },
        {
          selector: "Property[key.name='lock'] > MemberExpression[object.property.name='LOCK']",
          message: 'Only database/locks.ts locks rows, in one order.',
        },
        {
          selector: 'ExportDefaultDeclaration',
          message: 'Export by name.',
        },
      ],
    },
  },
  ...importArrows,
  {
    files: ['src/database/locks.ts', 'src/database/unit-of-work.ts', 'src/database/migrator.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['src/server.ts', 'src/cli.ts', 'src/process/commands.ts', 'src/qa/**/*.ts'],
    rules: { 'no-restricted-properties': 'off', 'no-console': 'off' },
  },
  {
    // Presenters spread one plain answer into another.
    files: ['src/presenters/**/*.ts'],
    rules: { '@typescript-eslint/no-misused-spread': 'off' },
  },
  {
    files: ['tests/**/*.ts', 'bench/**/*.ts', 'jest.config.ts'],
    rules: {
      'no-restricted-properties': 'off',
      'no-restricted-syntax': 'off',
      'no-console': 'off',
      // Responses are validated against the OpenAPI document, so tests read them untyped.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: {
      globals: {
        require: 'readonly',
        module: 'writable',
        process: 'readonly',
        __dirname: 'readonly',
        console: 'readonly',
        fetch: 'readonly',
        AbortSignal: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
      },
    },
  },
  prettier,
);
