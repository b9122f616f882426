import { createApp } from '../../src/app';
import type { Config, MysqlSettings } from '../../src/config/config';
import { loadConfig } from '../../src/config/load-config';
import { createContainer } from '../../src/container';
import type { Services } from '../../src/controllers/services';
import type { TicketsBooked } from '../../src/domain/outcomes';
import type { CommandAnswer } from '../../src/inventory/command-request';
import { finishCommand } from '../../src/presenters/finished-answers';

/** Methods of our services that a bench server replaces with its own. */
export type Replacements = {
  readonly [Name in keyof Services]?: Partial<Services[Name]>;
};

export function benchConfig(): Config {
  return loadConfig(process.env);
}

export function mysqlOf({ database }: Config): MysqlSettings {
  if (database.dialect !== 'mysql') throw new Error('The benchmark needs MySQL');
  return database;
}

/** The finished answer to a booking, as the executor makes it. */
export function answerTo(booked: TicketsBooked): CommandAnswer {
  return { refused: false, outcome: booked.outcome, ...finishCommand(booked, false) };
}

/** Serves our whole chain with some services replaced, and logs when it listens. */
export function serve(config: Config, replacements: Replacements): Promise<void> {
  const { services, bulkheads, logger, metrics, health } = createContainer(config);
  const replaced = Object.fromEntries(
    Object.entries(services).map(([name, service]) => [
      name,
      replacements[name as keyof Services] ?? (service as object),
    ]),
  ) as unknown as Services;
  const app = createApp({
    config,
    logger,
    metrics,
    bulkheads,
    services: replaced,
    health,
    rateLimiter: null,
  });
  // A profile is only written on an orderly exit.
  process.once('SIGTERM', () => process.exit(0));
  return new Promise((resolve) => {
    app.listen(config.http.port, () => {
      logger.info(`Listening on port ${String(config.http.port)}`);
      resolve();
    });
  });
}
