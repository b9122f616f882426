import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Gauge } from 'prom-client';
import request from 'supertest';
import { createContainer, type Container } from '../../../src/container';
import { checkContract } from './contract';
import { leakInAnswer } from '../setup/leaks';
import { testConfig } from '../setup/test-config';
import { testDatabase } from '../setup/test-database';
import { until } from '../setup/until';

/** How long work in the background, such as ending a lost session, may use a connection. */
const RELEASE_LIMIT_MS = 5_000;

export interface CallOptions {
  readonly token?: string | undefined;
  readonly body?: unknown;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer whose body has been checked against the published document. */
export interface ApiAnswer {
  readonly status: number;
  // Tests state what they expect; the document defines what it may be.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- see above
  readonly body: any;
  readonly headers: Readonly<Record<string, string>>;
}

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** The compiled program, because the thread does not compile TypeScript. */
const THREAD_FILE = path.resolve(__dirname, '../../../dist/inventory-thread/worker.js');

/** A whole server on a real database, and a client for it. */
export class TestApi {
  private constructor(
    readonly container: Container,
    private readonly server: Server,
  ) {}

  static async start(overrides: Parameters<typeof testConfig>[1] = {}): Promise<TestApi> {
    const { TEST_EXECUTOR: executor = 'inline' } = globalThis;
    const container = createContainer(
      testConfig(overrides.database ?? (await testDatabase()), { executor, ...overrides }),
      { threadFile: THREAD_FILE },
    );
    await container.ready;
    const server = await new Promise<Server>((resolve) => {
      const listening = container.app.listen(0, '127.0.0.1', () => {
        resolve(listening);
      });
    });
    return new TestApi(container, server);
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  /** Closes everything, and fails if a connection is not released, also by work in the background. */
  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    const areReleased = async (): Promise<boolean> => (await this.#connectionsInUse()) === 0;
    await until(areReleased, RELEASE_LIMIT_MS, 1).catch(() => undefined);
    const left = await this.#connectionsInUse();
    await this.container.close();
    if (left > 0) throw new Error(`${String(left)} database connections were not released`);
  }

  /** Of all threads. */
  async #connectionsInUse(): Promise<number> {
    const gauge = this.container.metrics.registry.getSingleMetric('database_pool_in_use');
    const { values } = await (gauge as Gauge).get();
    return values[0]?.value ?? 0;
  }

  async call(method: Method, path: string, options: CallOptions = {}): Promise<ApiAnswer> {
    const { token, body, query = {}, headers = {} } = options;
    const call = request(this.server)[method](path).query(query).set(headers);
    if (token !== undefined) call.set('Authorization', `Bearer ${token}`);
    const {
      status,
      body: answer,
      headers: answered,
      text,
    } = await (body === undefined ? call : call.send(body as object));
    checkContract({ method, path, status, body: answer });
    const leak = leakInAnswer(path, status, text);
    if (leak !== null) throw new Error(`${method} ${path} leaks ${leak}: ${text}`);
    return { status, body: answer, headers: answered };
  }

  get(path: string, token?: string, query: CallOptions['query'] = {}): Promise<ApiAnswer> {
    return this.call('get', path, { token, query });
  }

  post(
    path: string,
    token: string | undefined,
    body: object = {},
    headers: CallOptions['headers'] = {},
  ): Promise<ApiAnswer> {
    return this.call('post', path, { token, body, headers });
  }

  patch(
    path: string,
    token: string,
    body: object,
    options: Pick<CallOptions, 'headers' | 'query'> = {},
  ): Promise<ApiAnswer> {
    return this.call('patch', path, { token, body, ...options });
  }

  delete(path: string, token: string, query: CallOptions['query'] = {}): Promise<ApiAnswer> {
    return this.call('delete', path, { token, query });
  }
}
