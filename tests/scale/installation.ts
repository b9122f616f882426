import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createConnection } from 'mysql2/promise';
import type { MysqlSettings } from '../../src/config/config';
import { makePeople, type Person } from '../factories/people';
import { FaultWorld } from '../support/faults/fault-world';
import { serverSettings } from '../support/setup/server-settings';
import { freePort } from '../support/setup/free-port';
import { DatabaseServer } from '../support/servers/database-server';
import { RedisServer } from '../support/servers/redis-server';
import { ServerProcess, spawnCli } from '../support/servers/server-process';
import { NginxProxy } from './nginx-proxy';

const REPLICAS = 3;
const PEOPLE = 1_200;

/** What `docker compose --profile scale up nginx` starts, as processes on this machine. */
export class Installation {
  private constructor(
    readonly database: MysqlSettings,
    readonly redis: RedisServer,
    readonly world: FaultWorld,
    readonly replicas: ServerProcess[],
    readonly proxy: NginxProxy,
    private readonly mariadb: DatabaseServer,
  ) {}

  static async start(): Promise<Installation> {
    const mariadb = await DatabaseServer.start();
    const database = await makeDatabase(mariadb.port);
    const migration = spawnCli(database, ['db:migrate']);
    const [code] = (await once(migration, 'exit')) as [number];
    if (code !== 0) throw new Error(`db:migrate ended with ${String(code)}`);
    const redis = await RedisServer.start();
    const replicas: ServerProcess[] = [];
    for (let count = 0; count < REPLICAS; count += 1) {
      replicas.push(await startReplica(database, redis, await freePort()));
    }
    const proxy = await NginxProxy.start(replicas.map(({ port }) => port));
    const world = await FaultWorld.open(database, PEOPLE);
    return new Installation(database, redis, world, replicas, proxy, mariadb);
  }

  /** Restarts a replica that has exited, on the same port. */
  async restart(index: number): Promise<void> {
    const { port } = this.replicas[index]!;
    this.replicas[index] = await startReplica(this.database, this.redis, port);
  }

  /** People whose requests have not been counted by any limit yet. */
  newcomers(count: number): Promise<Person[]> {
    return makePeople(this.world.observer.container, count);
  }

  /** One request through the proxy. */
  async ask(route: string, body: object, headers: Readonly<Record<string, string>> = {}) {
    const answer = await fetch(this.proxy.url + route, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    await answer.arrayBuffer();
    return answer.status;
  }

  signUp(headers: Readonly<Record<string, string>> = {}): Promise<number> {
    const body = { email: `${randomUUID()}@example.com`, password: 'five small green boats' };
    return this.ask('/api/auth/signup', body, headers);
  }

  logIn(email: string, password: string): Promise<number> {
    return this.ask('/api/auth/login', { email, password });
  }

  book({ token }: Person, eventId: number): Promise<number> {
    const headers = { Authorization: `Bearer ${token}` };
    return this.ask('/api/tickets/book', { event_id: eventId }, headers);
  }

  /** Replicas that currently share their counts through Redis. */
  async replicasWithRedis(): Promise<number> {
    const texts = await Promise.all(
      this.replicas.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()),
    );
    return texts.filter((text) => /^redis_up 1$/m.test(text)).length;
  }

  /** Runs the operator's command that reconciles all events. */
  async reconcileAll(): Promise<{ code: number; output: string }> {
    const check = spawnCli(this.database, ['reconcile']);
    let output = '';
    check.stdout!.on('data', (part: Buffer) => (output += part.toString()));
    const [code] = (await once(check, 'close')) as [number];
    return { code, output };
  }

  async stop(): Promise<void> {
    await this.proxy.stop();
    for (const replica of this.replicas) await replica.kill();
    await this.redis.kill();
    await this.world.close();
    await this.mariadb.stop();
  }
}

/** An account with rights only on the server's own database. */
async function makeDatabase(port: number): Promise<MysqlSettings> {
  const [user, password, database] = ['tickets', 'password of the test', 'tickets'];
  const admin = await createConnection({ host: '127.0.0.1', port, user: 'root' });
  await admin.query(`CREATE DATABASE ${database}`);
  await admin.query(`CREATE USER ${user}@'%' IDENTIFIED BY '${password}'`);
  await admin.query(`GRANT ALL ON ${database}.* TO ${user}@'%'`);
  await admin.end();
  return serverSettings({ port, user, password, database });
}

function startReplica(
  database: MysqlSettings,
  redis: RedisServer,
  port: number,
): Promise<ServerProcess> {
  return ServerProcess.start(database, {
    env: {
      PORT: String(port),
      RATE_LIMIT_ENABLED: 'true',
      REDIS_URL: redis.url,
      TRUST_PROXY: '1',
    },
  });
}
