import { randomUUID } from 'node:crypto';
import { QueryTypes } from 'sequelize';
import type { DatabaseSettings } from '../../src/config/config';
import { Migrator } from '../../src/database/migrator';
import { leakInAnswer, leakInLog } from '../support/setup/leaks';
import { ServerProcess } from '../support/servers/server-process';
import { TestApi } from '../support/http/test-api';
import { TEST_SECRET } from '../support/setup/test-config';
import { emptyDatabase } from '../support/setup/test-database';
import { OPERATIONS } from './operations';

const ADMIN = { email: `admin.${randomUUID()}@example.com`, password: 'the first admin’s secret' };
const PASSWORD = 'the secret that Alice has';
const METRICS_TOKEN = 'a token that only Prometheus has';
const LIMIT_MS = 60_000;

/** Paths whose answers issue tokens. */
const ISSUING: ReadonlySet<string> = new Set([
  '/api/auth/login',
  '/api/auth/refresh',
  '/api/users/me/keys',
]);

/** The asker who sends the API key of an account. */
const keyOf = (email: string): string => `key of ${email}`;

interface Answer {
  readonly path: string;
  readonly status: number;
  readonly text: string;
  /** Whose token was sent. */
  readonly asker: string;
}

/**
 * Sends every operation as every role to one server, also with missing tables, and then searches its
 * answers, logs and metrics for secrets.
 */
describe('secrets', () => {
  let settings: DatabaseSettings;
  let server: ServerProcess;
  let observer: TestApi;
  const answers: Answer[] = [];
  /** E-mail → token. */
  const tokens = new Map<string, string>();
  const issued: string[] = [];
  let metrics = '';
  const written: string[] = [];

  const ask = async (
    method: string,
    path: string,
    { asker = '', body }: { asker?: string; body?: object } = {},
  ): Promise<{ status: number; text: string }> => {
    const token = tokens.get(asker);
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
        ...(body ? { 'Content-Type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    answers.push({ path, status: response.status, text, asker });
    return { status: response.status, text };
  };

  /** Creates an account, identified by its e-mail. */
  const join = async (email: string, password: string): Promise<void> => {
    if (email !== ADMIN.email) {
      await ask('POST', '/api/auth/signup', { body: { email, password } });
    }
    const { text } = await ask('POST', '/api/auth/login', { body: { email, password } });
    const { data } = JSON.parse(text) as { data: { token: string; refresh_token: string } };
    tokens.set(email, data.token);
    // Twice: the first answer counts as lost.
    const body = { refresh_token: data.refresh_token };
    for (let times = 0; times < 2; times += 1) {
      const refreshed = await ask('POST', '/api/auth/refresh', { body });
      const pair = (JSON.parse(refreshed.text) as { data: typeof data }).data;
      issued.push(data.refresh_token, pair.refresh_token);
    }
    await ask('POST', '/api/auth/logout', { asker: email, body });
    const made = await ask('POST', '/api/users/me/keys', { asker: email, body: { name: 'A key' } });
    if (made.status !== 201) return;
    const { key } = (JSON.parse(made.text) as { data: { key: string } }).data;
    issued.push(key);
    tokens.set(keyOf(email), key);
  };

  /** Every operation of the document, with existing ids. */
  const askEverything = async (asker: string): Promise<void> => {
    for (const { method, path, body } of OPERATIONS) {
      if (path.endsWith('/logout') || (method === 'DELETE' && path.includes('/users/'))) continue;
      for (const id of ['1', '3', '2147483647', 'nonsense']) {
        const filled = path.replace(/\{\w+\}/g, id);
        await ask(method, filled, { asker, ...(body ? { body: { surprise: 1 } } : {}) });
        if (!path.includes('{')) break;
      }
    }
  };

  /** Renames a table, and renames it back. */
  const without = async (table: string, run: () => Promise<void>): Promise<void> => {
    const { sequelize } = observer.container.database;
    await sequelize.query(`ALTER TABLE ${table} RENAME TO ${table}_gone`);
    await run();
    await sequelize.query(`ALTER TABLE ${table}_gone RENAME TO ${table}`);
  };

  const [alice, bob] = [`alice.${randomUUID()}@example.com`, `bob.${randomUUID()}@example.com`];

  beforeAll(async () => {
    settings = await emptyDatabase('secrets');
    await new Migrator(settings).up();
    observer = await TestApi.start({ database: settings });
    server = await ServerProcess.start(settings, {
      env: {
        LOG_LEVEL: 'debug',
        LOG_FORMAT: 'combined',
        ADMIN_EMAIL: ADMIN.email,
        ADMIN_PASSWORD: ADMIN.password,
        METRICS_TOKEN,
      },
      onLine: (_line, text) => written.push(text) > 0,
    });
    await join(ADMIN.email, ADMIN.password);
    await join(alice, PASSWORD);
    await join(bob, `${PASSWORD} of bob`);
    await sellOut();
    for (const asker of ['', alice, bob, ADMIN.email, keyOf(ADMIN.email)]) {
      await askEverything(asker);
    }
    await ask('POST', '/api/auth/login', {
      body: { email: alice, password: 'nowhere-near-her-secret' },
    });
    await ask('POST', '/api/auth/signup', {
      body: { email: bob, password: 'somebody-elses-secret' },
    });
    await without('waitlists', () => askEverything(alice));
    await without('SequelizeMeta', async () => {
      await ask('GET', '/health/ready');
    });
    await without('users', async () => {
      await ask('POST', '/api/auth/login', { body: { email: alice, password: PASSWORD } });
      await askEverything(bob);
    });
    metrics = await readMetrics();
    await server.stop();
  }, LIMIT_MS);
  afterAll(async () => {
    await server.kill();
    await observer.close();
  });

  /** An event of Alice's that Bob waits for. */
  async function sellOut(): Promise<void> {
    const body = { event_name: `Concert ${randomUUID()}`, total_tickets: 1 };
    const { text } = await ask('POST', '/api/events/initialize', { asker: alice, body });
    const { id } = (JSON.parse(text) as { data: { id: number } }).data;
    for (const asker of [alice, bob]) {
      await ask('POST', '/api/tickets/book', { asker, body: { event_id: id } });
      await ask('GET', `/api/waitinglists?event_id=${String(id)}`, { asker });
    }
    await ask('GET', `/api/waitinglists?event_id=${String(id)}`, { asker: ADMIN.email });
  }

  async function readMetrics(): Promise<string> {
    const response = await fetch(`${server.url}/metrics`, {
      headers: { Authorization: `Bearer ${METRICS_TOKEN}` },
    });
    return response.text();
  }

  /** The secrets, and what is derived from them. */
  async function secrets(): Promise<string[]> {
    const rows = await observer.container.database.sequelize.query<{ password: string }>(
      'SELECT password FROM users WHERE password IS NOT NULL',
      { type: QueryTypes.SELECT },
    );
    return [
      ...rows.map(({ password }) => password),
      ...[TEST_SECRET, METRICS_TOKEN, PASSWORD, ADMIN.password],
      ...['nowhere-near-her-secret', 'somebody-elses-secret'],
      ...(settings.dialect === 'mysql' && settings.password !== '' ? [settings.password] : []),
    ];
  }

  it('the requests caused success, refusal and failure', () => {
    const statuses = new Set(answers.map(({ status }) => status));
    for (const status of [200, 201, 400, 401, 403, 404, 409, 500, 503]) {
      expect(statuses).toContain(status);
    }
    expect(metrics).toContain('http_request_duration_seconds');
    expect(written.some((line) => line.includes('"A request failed"'))).toBe(true);
  });

  it('are in no answer, nor are server internals', async () => {
    const known = await secrets();
    for (const { path, status, text } of answers) {
      const told = known.find((secret) => text.includes(secret));
      expect([path, status, told, leakInAnswer(path, status, text)]).toEqual([
        path,
        status,
        undefined,
        null,
      ]);
    }
  });

  it('tokens are only in the answer that issues them', () => {
    for (const { path, text } of answers.filter(({ path }) => !ISSUING.has(path))) {
      const told = [...tokens.values(), ...issued].some((token) => text.includes(token));
      expect([path, told]).toEqual([path, false]);
    }
  });

  it('e-mails are shown only to their owners, to organizers of events they wait for, and to admins', () => {
    for (const { path, text, asker } of answers) {
      if (asker.includes(ADMIN.email) || path.startsWith('/api/auth/')) continue;
      // Bob waits for Alice's event: of the two, she may see his.
      const others = asker === alice ? [ADMIN.email] : [alice, bob, ADMIN.email];
      const told = others.find((email) => email !== asker && text.includes(email));
      expect([path, asker, told]).toEqual([path, asker, undefined]);
    }
  });

  it('are in no line of the log, nor are e-mails', async () => {
    const known = [...(await secrets()), ...tokens.values(), ...issued];
    known.push(alice, bob, ADMIN.email);
    for (const line of [...written, ...server.otherOutput]) {
      expect([line, known.find((secret) => line.includes(secret))]).toEqual([line, undefined]);
      expect([line, leakInLog(line)]).toEqual([line, null]);
    }
    expect(written.length).toBeGreaterThan(200);
  });

  it('are in no metric, nor are e-mails', async () => {
    const known = [...(await secrets()), ...tokens.values(), ...issued];
    for (const secret of [...known, alice, bob, ADMIN.email]) {
      expect(metrics).not.toContain(secret);
    }
  });
});
