import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/**
 * Imports run one way. For each folder: what it must not see, and what to do instead.
 */
const ARROWS = {
  domain: {
    mayNotImport: ['*'],
    instead: 'The domain is pure: hand it what it needs as plain data.',
  },
  errors: {
    mayNotImport: ['*'],
    instead: 'errors/ stands below everything.',
  },
  config: {
    mayNotImport: ['*'],
    instead: 'config/ stands below everything: read what you need in the container and pass it in.',
  },
  concurrency: {
    mayNotImport: ['*'],
    except: ['errors'],
    instead: 'concurrency/ knows of nothing else.',
  },
  models: {
    mayNotImport: ['*'],
    instead: 'Models know their columns, nothing else.',
  },
  observability: {
    mayNotImport: ['*'],
    except: ['config'],
    instead: 'Everything may log and count, so observability/ may use none of it.',
  },
  database: {
    mayNotImport: ['*'],
    except: ['config', 'errors', 'models', 'observability'],
    instead: 'database/ knows of rows, not of what they mean.',
  },
  policies: {
    mayNotImport: ['*'],
    except: ['errors', 'models'],
    instead: 'A policy looks at an actor and a resource; load them before you ask it.',
  },
  'rate-limits': {
    mayNotImport: ['*'],
    except: ['errors', 'observability'],
    instead: 'rate-limits/ counts keys; whose they are is told by whoever asks.',
  },
  inventory: {
    mayNotImport: ['*'],
    except: ['concurrency', 'database', 'domain', 'errors', 'models', 'observability'],
    instead: 'The executor knows nothing of HTTP, accounts or roles: pass a predicate.',
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
    instead: 'Services take commands and give results; DTOs and presenters are the controllers’.',
  },
  dtos: {
    mayNotImport: ['*'],
    except: ['errors'],
    instead: 'DTOs say what is on the wire, nothing else.',
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
    mayNotImport: ['app', 'container', 'models', 'process'],
    instead: 'Take it as an argument.',
  },
  routes: {
    mayNotImport: ['app', 'container', 'database', 'models', 'process'],
    instead: 'Routes name a controller.',
  },
};

const FOLDERS = [...Object.keys(ARROWS), 'app', 'container', 'openapi', 'process', 'version'];

const importArrows = Object.entries(ARROWS).map(
  ([folder, { mayNotImport, except = [], instead }]) => {
    const forbidden = (mayNotImport.includes('*') ? FOLDERS : mayNotImport).filter(
      (other) => other !== folder && !except.includes(other),
    );
    return {
      files: [`src/${folder}/**/*.ts`],
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
      // An index that was just checked is still `undefined` to noUncheckedIndexedAccess.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // DTO classes and the like describe shapes; plain objects of that shape are what is meant.
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
          message: 'Migrations are the only source of the schema.',
        },
        {
          selector: "CallExpression[callee.property.name='transaction']",
          message: 'Only UnitOfWork opens transactions: take a Tx, or use unitOfWork.run.',
        },
        {
          selector: 'CallExpression[callee.property.name=/^findOrCreate$|^findOrBuild$/]',
          message: 'It opens a transaction of its own. Lock, find, then create.',
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
      // Answers are held against the OpenAPI document; tests read in them freely.
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
      },
    },
  },
  prettier,
);
