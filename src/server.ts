import cluster from 'node:cluster';
import { setTimeout as pause } from 'node:timers/promises';
import 'reflect-metadata';
import type { Config } from './config/config';
import { ConfigurationError } from './config/configuration-error';
import { loadConfig } from './config/load-config';
import { createContainer } from './container';
import { connectionFault } from './database/connection-fault';
import { shareMetrics } from './observability/cluster-metrics';
import { createLogger } from './observability/logger';
import { Closers } from './process/closers';
import { startHousekeeping } from './process/housekeeping';
import { startReconcileWatch } from './process/reconcile-watch';
import { requireStrongAdminPassword } from './process/admin-password';
import { HttpServer } from './process/http-server';
import { prepareDatabase, type PreparedDatabase } from './process/prepare-database';
import { stopOnSignals } from './process/stop-on-signals';
import { Supervisor } from './process/supervisor';

async function start(): Promise<void> {
  const config = loadConfig(process.env);
  requireStrongAdminPassword(config.auth);
  if (config.workers > 1 && cluster.isPrimary) supervise(config);
  else await serve(config);
}

function supervise(config: Config): void {
  const logger = createLogger(config.log);
  for (const warning of config.warnings) logger.warn(warning);
  const supervisor = new Supervisor(config.workers, config.http.shutdownDelaySeconds, logger);
  supervisor.start();
  process.on('exit', () => {
    supervisor.kill();
  });
  stopOnSignals(logger, async () => {
    if (!(await supervisor.stop())) throw new Error('Some workers had to be killed');
  });
}

async function serve(config: Config): Promise<void> {
  const container = createContainer(config);
  const { logger } = container;
  const opened = new Closers();
  let prepared: PreparedDatabase | undefined;
  opened.add(() => prepared?.release());
  opened.add(() => container.close());
  stopOnSignals(logger, () => opened.close());
  if (cluster.isWorker) shareMetrics(container.metrics.registry);
  else for (const warning of config.warnings) logger.warn(warning);
  try {
    prepared = await prepareDatabase(container);
    await container.ready;
    const server = new HttpServer(container.app, logger, config.http);
    const { port, url } = await server.listen();
    opened.add(() => server.drain());
    const jobs = [startHousekeeping(container), startReconcileWatch(container)];
    opened.add(async () => {
      container.health.drain();
      await pause(config.http.shutdownDelaySeconds * 1_000);
      for (const job of jobs) job.stop();
    });
    logger.info(`Listening on port ${String(port)}: ${url}/api-docs`, {
      port,
      database: config.database.dialect,
      environment: config.environment,
    });
  } catch (error) {
    const fault = connectionFault(error);
    logger.error("The server can't start", fault === null ? { error } : { reason: fault });
    process.exitCode = 1;
    await opened.close();
    // The channel to the primary process would keep a worker alive.
    if (cluster.isWorker) process.disconnect();
  }
}

start().catch((error: unknown) => {
  // There is no logger yet: print the faults of the configuration.
  console.error(error instanceof ConfigurationError ? error.message : error);
  process.exitCode = 1;
});
