import 'reflect-metadata';
import { ConfigurationError } from './config/configuration-error';
import { loadConfig } from './config/load-config';
import { createContainer, type Container } from './container';
import { startHousekeeping } from './process/housekeeping';
import { HttpServer } from './process/http-server';
import { prepareDatabase } from './process/prepare-database';

async function start(): Promise<void> {
  const container = createContainer(loadConfig(process.env));
  const { config, logger } = container;
  for (const warning of config.warnings) logger.warn(warning);
  try {
    const prepared = await prepareDatabase(container);
    const server = new HttpServer(container.app);
    const port = await server.listen(config.http.port);
    const housekeeping = startHousekeeping(container);
    logger.info(`Listening on port ${String(port)}: http://localhost:${String(port)}/api-docs`, {
      port,
      database: config.database.dialect,
      environment: config.environment,
    });
    stopOnSignals(container, async () => {
      container.health.drain();
      housekeeping.stop();
      await server.drain();
      await container.close();
      prepared.release();
    });
  } catch (error) {
    logger.error('The server can’t start', { error });
    await container.close();
    process.exitCode = 1;
  }
}

/** Stops cleanly on the first signal and at once on the second; a bug that nobody caught stops too. */
function stopOnSignals({ logger }: Container, stop: () => Promise<void>): void {
  let isStopping = false;
  const shutDown = (reason: string, exitCode: number, error?: unknown): void => {
    if (isStopping) process.exit(1);
    isStopping = true;
    if (error === undefined) logger.info(`Shutting down: ${reason}`);
    else logger.error(`Shutting down: ${reason}`, { error });
    stop().then(
      () => process.exit(exitCode),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', () => {
    shutDown('SIGTERM', 0);
  });
  process.on('SIGINT', () => {
    shutDown('SIGINT', 0);
  });
  process.on('unhandledRejection', (error) => {
    shutDown('unhandled rejection', 1, error);
  });
  process.on('uncaughtException', (error) => {
    shutDown('uncaught exception', 1, error);
  });
}

start().catch((error: unknown) => {
  // Before there is a logger: the configuration's faults, for whoever started the server.
  console.error(error instanceof ConfigurationError ? error.message : error);
  process.exitCode = 1;
});
