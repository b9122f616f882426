import { randomBytes } from 'node:crypto';
import 'reflect-metadata';
import { loadConfig } from '../config/load-config';
import { createContainer } from '../container';
import { HttpServer } from '../process/http-server';
import { prepareDatabase } from '../process/prepare-database';
import { stopOnSignals } from '../process/stop-on-signals';
import { ADMIN_EMAIL, PASSWORD, seed } from './seed';
import { makeThrowawayDatabase } from './throwaway-database';

const SECRET_BYTES = 48;

/**
 * `npm run qa:server`: a disposable server with accounts and events to test against. Prints what it
 * created as an environment file, and removes everything when it stops.
 */
async function start(): Promise<void> {
  const database = await makeThrowawayDatabase(process.env);
  const config = loadConfig(
    {
      ...database.variables,
      NODE_ENV: 'test',
      PORT: process.env.PORT,
      SECRET_KEY: randomBytes(SECRET_BYTES).toString('base64'),
      JWT_EXPIRES_IN: '1d',
      BCRYPT_ROUNDS: '4',
      DB_MIGRATE_ON_START: 'true',
      ADMIN_EMAIL,
      ADMIN_PASSWORD: PASSWORD,
      // Standard output is only for what the suite reads.
      LOG_LEVEL: 'silent',
    },
    database.folder,
  );
  const container = createContainer(config);
  const prepared = await prepareDatabase(container);
  const server = new HttpServer(container.app, container.logger);
  stopOnSignals(container.logger, async () => {
    await server.drain();
    await container.close();
    prepared.release();
    await database.remove();
  });
  const port = await server.listen(config.http.port);
  const values = await seed(`http://localhost:${String(port)}`);
  const lines = Object.entries(values).map(([name, value]) => `${name}=${String(value)}`);
  console.log([...lines, '# Ready. Ctrl+C stops the server and removes everything.'].join('\n'));
}

void start();
