import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { devNull, tmpdir } from 'node:os';
import path from 'node:path';
import type { Config } from '../../src/config/config';
import { ConfigurationError } from '../../src/config/configuration-error';
import { ENVIRONMENT_NAMES } from '../../src/config/environment';
import { loadConfig, loadDatabaseSettings } from '../../src/config/load-config';
import { LIMITS, type LimitName } from '../../src/config/limits';

type Variables = Readonly<Record<string, string>>;

const LOGS = path.join(tmpdir(), 'tickets-logs');
const STRONG = 'Vk3f9QdLw0sXhA7cTj2ZrN8yBm5PuE1i';
const MYSQL = { DB_HOST: 'db.example.com', DB_USER: 'tickets', DB_DATABASE: 'tickets' };
const PRODUCTION = { NODE_ENV: 'production', SECRET_KEY: STRONG, ...MYSQL };

/** Any file with a certificate in it. */
const AUTHORITY = path.join(mkdtempSync(path.join(tmpdir(), 'tickets-ca-')), 'ca.pem');
const AUTHORITY_TEXT = '-----BEGIN CERTIFICATE-----\n';

describe('loadConfig', () => {
  let root: string;
  beforeAll(() => {
    writeFileSync(AUTHORITY, AUTHORITY_TEXT);
  });
  afterAll(() => {
    rmSync(path.dirname(AUTHORITY), { recursive: true });
  });
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'tickets-config-'));
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  const load = (variables: Variables = {}): Config => loadConfig(variables, root);
  const faultsOf = (variables: Variables): readonly string[] => {
    try {
      load(variables);
    } catch (error) {
      if (error instanceof ConfigurationError) return error.faults;
      throw error;
    }
    return [];
  };
  const put = (file: string, text: string): void => {
    writeFileSync(path.join(root, file), text);
  };

  describe('with nothing set', () => {
    it('is a development server on a SQLite file, with a random secret', () => {
      const config = load();

      expect(config).toMatchObject({
        environment: 'development',
        workers: 1,
        executor: 'inline',
        http: { host: null, port: 3000, keepAliveSeconds: 10, shutdownDelaySeconds: 0 },
        database: { dialect: 'sqlite', storage: path.join(root, 'data', 'tickets.sqlite') },
        migrateOnStart: true,
        auth: {
          previousSecrets: [],
          tokenLifetimeSeconds: 3_600,
          bcryptRounds: 10,
          refuseCommonPasswords: false,
          refusedWords: [],
          firstAdmin: null,
        },
        eventCreators: 'everyone',
        rateLimits: { enabled: false, redisUrl: null, limits: LIMITS },
        metricsToken: null,
        log: { level: 'info', accessFormat: 'dev', directory: null },
        warnings: [
          `No SECRET_KEY set: using the random one kept in ${path.join('data', 'secret')}`,
        ],
      });
    });

    it('keeps the secret across restarts, readable only by itself', () => {
      const { secret } = load().auth;
      const file = path.join(root, 'data', 'secret');

      expect(Buffer.byteLength(secret)).toBeGreaterThanOrEqual(32);
      expect(readFileSync(file, 'utf8')).toBe(secret);
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(load().auth.secret).toBe(secret);
    });

    it('is frozen', () => {
      const config = load() as { auth: { secret: string } };

      expect(() => {
        config.auth.secret = 'another';
      }).toThrow(TypeError);
    });
  });

  describe('each variable', () => {
    const EFFECTS: [name: string, value: string, effect: object][] = [
      ['NODE_ENV', 'test', { environment: 'test', migrateOnStart: false }],
      ['PORT', '8080', { http: { port: 8080 } }],
      ['HOST', '127.0.0.1', { http: { host: '127.0.0.1' } }],
      ['KEEP_ALIVE_SECONDS', '66', { http: { keepAliveSeconds: 66 } }],
      ['SHUTDOWN_DELAY_SECONDS', '5', { http: { shutdownDelaySeconds: 5 } }],
      ['DB_DIALECT', 'sqlite', { database: { dialect: 'sqlite' } }],
      ['DB_STORAGE', '/srv/t.sqlite', { database: { storage: '/srv/t.sqlite' } }],
      ['DB_MIGRATE_ON_START', 'false', { migrateOnStart: false }],
      ['SECRET_KEY', STRONG, { auth: { secret: STRONG }, warnings: [] }],
      ['SECRET_KEY_PREVIOUS', 'one, two', { auth: { previousSecrets: ['one', 'two'] } }],
      ['REFRESH_EXPIRES_IN', '12h', { auth: { refreshLifetimeSeconds: 43_200 } }],
      ['JWT_EXPIRES_IN', '90', { auth: { tokenLifetimeSeconds: 90 } }],
      ['JWT_EXPIRES_IN', '45s', { auth: { tokenLifetimeSeconds: 45 } }],
      ['JWT_EXPIRES_IN', '2m', { auth: { tokenLifetimeSeconds: 120 } }],
      ['JWT_EXPIRES_IN', '3h', { auth: { tokenLifetimeSeconds: 10_800 } }],
      ['JWT_EXPIRES_IN', '1d', { auth: { tokenLifetimeSeconds: 86_400 } }],
      ['BCRYPT_ROUNDS', '12', { auth: { bcryptRounds: 12 } }],
      ['EVENT_CREATORS', 'organizers', { eventCreators: 'organizers' }],
      ['PASSWORD_DENYLIST', 'TRUE', { auth: { refuseCommonPasswords: true } }],
      ['PASSWORD_WORDS_FILE', devNull, { auth: { refusedWords: [] } }],
      ['RATE_LIMIT_ENABLED', 'true', { rateLimits: { enabled: true } }],
      ['RATE_LIMIT_SIGNUP', '1/1', limitOf('signup', 1, 1)],
      ['RATE_LIMIT_LOGIN', '300/60', limitOf('login', 300, 60)],
      ['RATE_LIMIT_BOOKING', '1000000/86400', limitOf('booking', 1_000_000, 86_400)],
      ['RATE_LIMIT_CANCELLING', ' 5/10 ', limitOf('cancelling', 5, 10)],
      ['RATE_LIMIT_EVENTS', '7/30', limitOf('events', 7, 30)],
      ['RATE_LIMIT_ACCOUNTS', '8/30', limitOf('accounts', 8, 30)],
      ['RATE_LIMIT_LISTS', '9/30', limitOf('lists', 9, 30)],
      ['RATE_LIMIT_PROFILES', '10/30', limitOf('profiles', 10, 30)],
      ['RATE_LIMIT_REFRESH', '9/30', limitOf('refresh', 9, 30)],
      ['REDIS_URL', 'redis://cache:6379', { rateLimits: { redisUrl: 'redis://cache:6379' } }],
      ['METRICS_TOKEN', 'a'.repeat(16), { metricsToken: 'a'.repeat(16) }],
      ['TRUST_PROXY', '2', { http: { trustProxy: 2 } }],
      ['TRUST_PROXY', '10.0.0.1, 10.0.0.2', { http: { trustProxy: ['10.0.0.1', '10.0.0.2'] } }],
      ['TRUST_PROXY', 'false', { http: { trustProxy: false } }],
      ['WEB_CONCURRENCY', '1', { workers: 1 }],
      ['EXECUTOR', 'thread', { executor: 'thread' }],
      ['LOG_FORMAT', 'combined', { log: { accessFormat: 'combined' } }],
      ['LOG_DIR', LOGS, { log: { directory: LOGS } }],
      ['LOG_LEVEL', 'warn', { log: { level: 'warn' } }],
      [
        'ORIGIN',
        'https://a.example, https://b.example',
        { http: { origins: ['https://a.example', 'https://b.example'] } },
      ],
      ['ORIGIN', 'https://a.example, *', { http: { origins: '*' } }],
      ['ORIGIN', 'capacitor://localhost', { http: { origins: ['capacitor://localhost'] } }],
      ['ORIGIN', 'http://[::1]:5173', { http: { origins: ['http://[::1]:5173'] } }],
    ];
    const GROUPS: [names: string[], variables: Variables, effect: object][] = [
      [
        ['DB_HOST', 'DB_PORT', 'DB_USER', 'DB_PASS', 'DB_DATABASE', 'DB_POOL_MAX'],
        { ...MYSQL, DB_PORT: '3307', DB_PASS: 'p', DB_POOL_MAX: '20' },
        {
          database: {
            dialect: 'mysql',
            host: 'db.example.com',
            port: 3307,
            user: 'tickets',
            password: 'p',
            database: 'tickets',
            poolMax: 20,
            socket: null,
            tls: null,
            connectTimeoutMs: 1_000,
          },
        },
      ],
      [
        ['DB_SOCKET', 'DB_CONNECT_TIMEOUT_MS'],
        {
          DB_SOCKET: '/run/mysqld/mysqld.sock',
          DB_USER: 'tickets',
          DB_DATABASE: 'tickets',
          DB_CONNECT_TIMEOUT_MS: '2500',
        },
        { database: { socket: '/run/mysqld/mysqld.sock', connectTimeoutMs: 2_500 } },
      ],
      [
        ['DB_SSL'],
        { ...MYSQL, DB_SSL: 'Required' },
        { database: { tls: { verify: false, ca: null } } },
      ],
      [
        ['DB_SSL_CA'],
        { ...MYSQL, DB_SSL: 'verify', DB_SSL_CA: AUTHORITY },
        { database: { tls: { verify: true, ca: AUTHORITY_TEXT } } },
      ],
      [
        ['ADMIN_EMAIL', 'ADMIN_PASSWORD'],
        { ADMIN_EMAIL: 'Admin@Example.com', ADMIN_PASSWORD: 'long enough' },
        { auth: { firstAdmin: { email: 'admin@example.com', password: 'long enough' } } },
      ],
      [
        ['CREDENTIALS'],
        { ORIGIN: 'https://a.example', CREDENTIALS: 'true' },
        { http: { credentials: true } },
      ],
    ];

    it.each(EFFECTS)('%s=%s', (name, value, effect) => {
      expect(load({ [name]: value })).toMatchObject(effect);
    });

    it.each(GROUPS)('%j', (_names, variables, effect) => {
      expect(load(variables)).toMatchObject(effect);
    });

    it('is tested', () => {
      const tried = [...EFFECTS.map(([name]) => name), ...GROUPS.flatMap(([names]) => names)];
      expect([...new Set(tried)].sort()).toEqual([...ENVIRONMENT_NAMES].sort());
    });

    it('counts as unset if empty', () => {
      const empty = Object.fromEntries(ENVIRONMENT_NAMES.map((name) => [name, ' ']));
      expect(load(empty)).toEqual(load());
    });

    it('DB_PASSWORD replaces a missing DB_PASS', () => {
      expect(load({ ...MYSQL, DB_PASSWORD: 'p' }).database).toMatchObject({ password: 'p' });
      expect(load({ ...MYSQL, DB_PASSWORD: 'p', DB_PASS: 'q' }).database).toMatchObject({
        password: 'q',
      });
    });
  });

  describe('files', () => {
    it.each(['development', 'test', 'production'])(
      '.env.%s.local yields to the process environment',
      (name) => {
        put(`.env.${name}.local`, `PORT=4000\nLOG_LEVEL=warn\nSECRET_KEY=${STRONG}\n`);
        const { http, log } = load({ ...MYSQL, NODE_ENV: name, LOG_LEVEL: 'error' });

        expect({ port: http.port, level: log.level }).toEqual({ port: 4000, level: 'error' });
      },
    );

    it('of another environment, or named plain .env, are not read', () => {
      put('.env.production.local', 'PORT=4000');
      put('.env', 'PORT=4001');

      expect(load().http.port).toBe(3000);
    });

    it('may hold a password with spaces at both ends: only the last line break is not part of it', () => {
      const password = ' "p#$\\\'`=é \n ';
      for (const end of ['', '\n', '\r\n']) {
        put('password', password + end);

        expect(load({ ...MYSQL, DB_PASS_FILE: 'password' }).database).toMatchObject({ password });
      }
    });

    it('may hold a secret each, named by the variable with the suffix _FILE', () => {
      put('secret', `${STRONG}\n`);
      put('previous', `${STRONG}-old\n`);
      put('password', 'p\n');
      put('admin', 'long enough\n');
      put('metrics', `${'m'.repeat(16)}\n`);

      expect(
        load({
          ...MYSQL,
          SECRET_KEY_FILE: 'secret',
          SECRET_KEY_PREVIOUS_FILE: path.join(root, 'previous'),
          DB_PASS_FILE: 'password',
          ADMIN_EMAIL: 'admin@example.com',
          ADMIN_PASSWORD_FILE: 'admin',
          METRICS_TOKEN_FILE: 'metrics',
        }),
      ).toMatchObject({
        database: { password: 'p' },
        auth: {
          secret: STRONG,
          previousSecrets: [`${STRONG}-old`],
          firstAdmin: { password: 'long enough' },
        },
        metricsToken: 'm'.repeat(16),
      });
    });

    it('that cannot be read are a fault, which does not reveal their contents', () => {
      expect(faultsOf({ SECRET_KEY_FILE: 'missing', PASSWORD_WORDS_FILE: 'gone' })).toEqual([
        "SECRET_KEY_FILE names a file that can't be read",
        "PASSWORD_WORDS_FILE names a file that can't be read",
      ]);
    });

    it('may hold words that are refused as passwords, one per line', () => {
      put('words', 'Arena\r\n\n  opening night \n');

      expect(load({ PASSWORD_WORDS_FILE: 'words' })).toMatchObject({
        auth: { refusedWords: ['Arena', 'opening night'] },
      });
    });
  });

  it.each([
    ['WEB_CONCURENCY', 'WEB_CONCURRENCY'],
    ['Log_Level', 'LOG_LEVEL'],
    ['ORIGINS', 'ORIGIN'],
    ['DB_DATABSE', 'DB_DATABASE'],
  ])('warns of %s, which is probably meant to be %s', (given, meant) => {
    expect(load({ [given]: 'x' }).warnings).toContain(
      `${given} is not read: did you mean ${meant}?`,
    );
  });

  it('warns of no variable of the system or of another program', () => {
    const others = ['PATH', 'HOSTNAME', 'HOSTTYPE', 'LOGNAME', 'PWD', 'DB_PORT_3306_TCP', 'POST'];

    expect(load(Object.fromEntries(others.map((name) => [name, 'x'])))).toEqual(load());
  });

  describe('faults', () => {
    it('show values that are no secrets', () => {
      expect(faultsOf({ DB_PORT: 'tcp://10.0.0.7:3306' })).toEqual([
        'DB_PORT must be an integer number (it is "tcp://10.0.0.7:3306")',
      ]);
      expect(faultsOf({ METRICS_TOKEN: 'short' })[0]).not.toContain('(it is');
    });

    it.each([
      ['NODE_ENV', 'staging'],
      ['PORT', '65536'],
      ['PORT', '80a'],
      ['DB_DIALECT', 'postgres'],
      ['DB_PORT', '0'],
      ['DB_POOL_MAX', '3'],
      ['DB_MIGRATE_ON_START', 'yes'],
      ['JWT_EXPIRES_IN', '0'],
      ['REFRESH_EXPIRES_IN', 'forever'],
      ['JWT_EXPIRES_IN', '1w'],
      ['BCRYPT_ROUNDS', '3'],
      ['BCRYPT_ROUNDS', '15'],
      ['EVENT_CREATORS', 'nobody'],
      ['PASSWORD_DENYLIST', '1'],
      ['RATE_LIMIT_ENABLED', 'on'],
      ['RATE_LIMIT_LOGIN', '30'],
      ['RATE_LIMIT_LOGIN', '30/60s'],
      ['RATE_LIMIT_LISTS', '0/60'],
      ['RATE_LIMIT_LISTS', '1000001/60'],
      ['RATE_LIMIT_PROFILES', '30/0'],
      ['RATE_LIMIT_PROFILES', '30/86401'],
      ['RATE_LIMIT_BOOKING', '-1/60'],
      ['REDIS_URL', 'http://cache:6379'],
      ['METRICS_TOKEN', 'short'],
      ['WEB_CONCURRENCY', '0'],
      ['EXECUTOR', 'process'],
      ['LOG_FORMAT', 'json'],
      ['LOG_LEVEL', 'loud'],
      ['CREDENTIALS', 'maybe'],
      ['LOG_DIR', '/proc/none/logs'],
      ['LOG_DIR', devNull],
      ['ADMIN_EMAIL', 'admin'],
      ['ADMIN_EMAIL', 'müller@example.com'],
      ['ADMIN_PASSWORD', 'short'],
      ['ADMIN_PASSWORD', 'é'.repeat(37)],
    ])('%s=%s is one, and is named', (name, value) => {
      const together: Variables = name.startsWith('ADMIN_')
        ? { ADMIN_EMAIL: 'admin@example.com', ADMIN_PASSWORD: 'long enough' }
        : {};
      const faults = faultsOf({ ...together, [name]: value });

      expect(faults).toHaveLength(1);
      expect(faults[0]).toContain(name);
    });

    it.each([
      ['http://localhost:5173/', 'write http://localhost:5173'],
      ['https://a.example/shop', 'write https://a.example'],
      ['https://a.example:443', 'write https://a.example'],
      ['HTTPS://A.example', 'write https://a.example'],
      ['https://müller.example', 'write https://xn--mller-kva.example'],
      ['a.example', 'write the scheme too'],
      ['localhost:5173', 'write the scheme too'],
      ['https://a.example https://b.example', 'separate origins by commas'],
      ['null', 'list the origins of your pages'],
      ['https://*.example.com', 'patterns are not supported'],
      ['https://:443', 'write https://host'],
      ['capacitor://localhost/', 'write scheme://host'],
    ])('ORIGIN=%s can match no page, and is named with what to write instead', (origin, remedy) => {
      const faults = faultsOf({ ORIGIN: `https://good.example, ${origin}` });

      expect(faults).toEqual([
        expect.stringContaining(`ORIGIN has "${origin}", which is not the origin of a page: `),
      ]);
      expect(faults[0]).toContain(remedy);
      expect(faults[0]).not.toContain('\n');
    });

    it('ORIGIN without any origin is one', () => {
      expect(faultsOf({ ORIGIN: ' , ' })).toEqual(['ORIGIN lists no origin: set * for any']);
    });

    it.each([
      [{ ...MYSQL, DB_SSL: 'on' }, 'DB_SSL must be'],
      [{ ...MYSQL, DB_CONNECT_TIMEOUT_MS: '99' }, 'DB_CONNECT_TIMEOUT_MS must'],
      [{ ...MYSQL, DB_SOCKET: '/run/s.sock' }, 'DB_SOCKET stands in place of DB_HOST'],
      [{ ...MYSQL, DB_SSL_CA: AUTHORITY }, 'DB_SSL_CA needs DB_SSL=verify'],
      [{ ...MYSQL, DB_SSL: 'verify', DB_SSL_CA: 'gone' }, "DB_SSL_CA names a file that can't be"],
      [{ ...MYSQL, DB_SSL: 'verify', DB_SSL_CA: devNull }, 'DB_SSL_CA names a file without'],
      [
        { ...MYSQL, DB_HOST: '', DB_SOCKET: '/run/s.sock', DB_SSL: 'required' },
        'DB_SSL is for DB_HOST',
      ],
      [{ ...MYSQL, DB_HOST: '', DB_DIALECT: 'mysql' }, 'DB_HOST or DB_SOCKET must be set'],
    ])('%j is one: %s', (variables, message) => {
      expect(faultsOf(variables)).toEqual([expect.stringContaining(message)]);
    });

    it('are reported all at once, and leave no secret behind', () => {
      const faults = faultsOf({
        PORT: 'http',
        DB_DIALECT: 'mysql',
        LOG_LEVEL: 'loud',
        ADMIN_EMAIL: 'admin@example.com',
      });

      expect(faults.map((fault) => fault.split(' ')[0]).sort()).toEqual([
        'ADMIN_EMAIL',
        'DB_DATABASE',
        'DB_HOST',
        'DB_USER',
        'LOG_LEVEL',
        'PORT',
      ]);
      expect(new ConfigurationError(faults).message).toContain(faults.join('\n- '));
      expect(existsSync(path.join(root, 'data'))).toBe(false);
    });

    it('include several workers on SQLite', () => {
      expect(faultsOf({ WEB_CONCURRENCY: '2' })).toEqual([
        'WEB_CONCURRENCY above 1 needs mysql: on sqlite one process serves the file',
      ]);
      expect(load({ ...MYSQL, WEB_CONCURRENCY: '2' }).workers).toBe(2);
    });

    it('do not include a missing secret for migrations, only a missing database', () => {
      expect(loadDatabaseSettings({ ...MYSQL, NODE_ENV: 'production' }, root)).toMatchObject({
        dialect: 'mysql',
        host: 'db.example.com',
      });
      expect(() => loadDatabaseSettings({ DB_HOST: 'db.example.com' }, root)).toThrow(/DB_USER/);
    });
  });

  describe('production', () => {
    it('switches the stricter rules on, and migrates only on request', () => {
      expect(load(PRODUCTION)).toMatchObject({
        environment: 'production',
        migrateOnStart: false,
        auth: { refuseCommonPasswords: true },
        rateLimits: { enabled: true },
        warnings: [],
      });
      expect(load({ ...PRODUCTION, DB_MIGRATE_ON_START: 'true' }).migrateOnStart).toBe(true);
    });

    it.each([
      ['none at all', ''],
      ['one from an example', 'your-jwt-secret'],
      ['one of 31 bytes', STRONG.slice(1)],
    ])('refuses %s as a secret', (_kind, secret) => {
      expect(faultsOf({ ...PRODUCTION, SECRET_KEY: secret })).toEqual([
        expect.stringMatching(/^SECRET_KEY .* at least 32 random bytes in production/),
      ]);
      expect(existsSync(path.join(root, 'data', 'secret'))).toBe(false);
    });

    it('counts the bytes of a secret, not its characters', () => {
      expect(faultsOf({ ...PRODUCTION, SECRET_KEY: 'äöüßéñçø'.repeat(2) })).toEqual([]);
    });

    it('refuses a weak secret that only verifies', () => {
      expect(faultsOf({ ...PRODUCTION, SECRET_KEY_PREVIOUS: `${STRONG},short` })).toHaveLength(1);
    });

    it('runs on SQLite only if configured explicitly', () => {
      const onSqlite = { NODE_ENV: 'production', SECRET_KEY: STRONG };

      expect(faultsOf(onSqlite)).toEqual([expect.stringContaining('DB_DIALECT=sqlite')]);
      expect(load({ ...onSqlite, DB_DIALECT: 'sqlite' }).database.dialect).toBe('sqlite');
    });
  });

  it.each([
    ['a short secret', { SECRET_KEY: 'short' }, /SECRET_KEY is short/],
    ['a secret of a few letters', { SECRET_KEY: 'ab'.repeat(24) }, /few different characters/],
    ['credentials for anyone', { SECRET_KEY: STRONG, CREDENTIALS: 'true' }, /CREDENTIALS=true/],
  ])('warns of %s', (_what, variables, warning) => {
    expect(load(variables).warnings).toEqual([expect.stringMatching(warning)]);
  });
});

/** All limits as by default, but for one. */
function limitOf(name: LimitName, requests: number, seconds: number): object {
  return { rateLimits: { limits: { ...LIMITS, [name]: { ...LIMITS[name], requests, seconds } } } };
}
