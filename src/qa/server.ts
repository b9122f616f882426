import { randomBytes } from 'node:crypto';
import 'reflect-metadata';
import { loadConfig } from '../config/load-config';
import { createContainer } from '../container';
import { createLogger } from '../observability/logger';
import { HttpServer } from '../process/http-server';
import { oneLine } from '../process/one-line';
import { prepareDatabase } from '../process/prepare-database';
import { stopOnSignals } from '../process/stop-on-signals';
import { Closers } from '../process/closers';
import { ADMIN_EMAIL, PASSWORD, seed } from './seed';
import { makeThrowawayDatabase } from './throwaway-database';

const SECRET_BYTES = 48;

/**
 * `npm run qa:server`: a disposable server with accounts and events to test against. Prints what it
 * created as an environment file, and removes everything when it stops.
 */
async function start(opened: Closers): Promise<void> {
  // Standard output is only for what the suite reads.
  const logger = createLogger({ level: 'silent', accessFormat: 'dev', directory: null });
  stopOnSignals(logger, () => opened.close());
  const database = await makeThrowawayDatabase(process.env);
  opened.add(() => database.remove());
  const config = loadConfig(
    {
      ...database.variables,
      NODE_ENV: 'test',
      HOST: process.env.HOST,
      PORT: process.env.PORT,
      EXECUTOR: process.env.EXECUTOR,
      SECRET_KEY: randomBytes(SECRET_BYTES).toString('base64'),
      JWT_EXPIRES_IN: '1d',
      BCRYPT_ROUNDS: '4',
      DB_MIGRATE_ON_START: 'true',
      ADMIN_EMAIL,
      ADMIN_PASSWORD: PASSWORD,
      LOG_LEVEL: 'silent',
    },
    database.folder,
  );
  const container = createContainer(config);
  opened.add(() => container.close());
  const prepared = await prepareDatabase(container);
  opened.add(() => {
    prepared.release();
  });
  await container.ready;
  const server = new HttpServer(container.app, logger, config.http);
  const { url } = await server.listen();
  opened.add(() => server.drain());
  const lines = Object.entries(await seed(url)).map(([name, value]) => `${name}=${String(value)}`);
  console.log([...lines, '# Ready. Ctrl+C stops the server and removes everything.'].join('\n'));
}

const opened = new Closers();
start(opened).catch(async (error: unknown) => {
  console.error(`The server can't start: ${oneLine(error)}`);
  process.exitCode = 1;
  await opened.close();
});
