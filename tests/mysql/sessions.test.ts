import type { Connection } from 'mysql2';
import { createConnection } from 'mysql2/promise';
import type { MysqlSettings } from '../../src/config/config';
import { killSession, sessionOf, type ServerSession } from '../../src/database/server-session';
import { TestApi } from '../support/http/test-api';
import { testDatabase } from '../support/setup/test-database';

describe('an abandoned session', () => {
  let api: TestApi;
  let settings: MysqlSettings;
  beforeAll(async () => {
    settings = (await testDatabase()) as MysqlSettings;
    api = await TestApi.start();
  });
  afterAll(() => api.close());

  /** Runs `work` with a connection of the pool, which may kill. */
  async function withKiller<T>(
    work: (killer: Connection, own: ServerSession) => Promise<T>,
  ): Promise<T> {
    const { connectionManager } = api.container.database.sequelize;
    const connection = await connectionManager.getConnection({ type: 'write' });
    try {
      return await work(connection as Connection, sessionOf(connection)!);
    } finally {
      connectionManager.releaseConnection(connection);
    }
  }

  /** A connection that is not the pool's, as its server knows it. */
  async function another(): Promise<{
    session: Pick<ServerSession, 'threadId' | 'client'>;
    isAlive: () => Promise<boolean>;
    end: () => void;
  }> {
    const { host, port, user, password } = settings;
    const connection = await createConnection({ host, port, user, password });
    connection.on('error', () => undefined);
    const [rows] = await connection.query(
      'SELECT id, host FROM information_schema.processlist WHERE id = CONNECTION_ID()',
    );
    const [row] = rows as { id: number; host: string }[];
    return {
      session: { threadId: row!.id, client: row!.host },
      isAlive: () =>
        connection.ping().then(
          () => true,
          () => false,
        ),
      end() {
        connection.destroy();
      },
    };
  }

  it('is killed on its own server', async () => {
    const orphan = await another();
    const isDone = await withKiller((killer, own) =>
      killSession(killer, { ...own, ...orphan.session }),
    );
    expect(isDone).toBe(true);
    expect(await orphan.isAlive()).toBe(false);
  });

  it.each([
    [
      'of another server, of the same thread id',
      false,
      (session: ServerSession) => ({ ...session, node: { ...session.node, id: 'another' } }),
    ],
    [
      'of another client, of the same thread id',
      true,
      (session: ServerSession) => ({ ...session, client: '192.0.2.7:50000' }),
    ],
    [
      'from before the server was started',
      true,
      (session: ServerSession) => ({ ...session, madeAt: -Number.MAX_SAFE_INTEGER }),
    ],
  ])('%s is not taken for a living one', async (_what, isDone, change) => {
    const stranger = await another();
    const result = await withKiller((killer, own) =>
      killSession(killer, change({ ...own, ...stranger.session })),
    );
    expect(result).toBe(isDone);
    expect(await stranger.isAlive()).toBe(true);
    stranger.end();
  });
});
