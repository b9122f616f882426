import type { Express } from 'express';
import { createApp } from './app';
import type { Config, DatabaseSettings } from './config/config';
import type { Services } from './controllers/services';
import { readConnectionUse } from './database/connection-use';
import { openDatabase, type Database } from './database/database';
import { readIdRangeUse } from './database/id-ranges';
import { NodeReport } from './database/node-report';
import { UnitOfWork } from './database/unit-of-work';
import { QueuedTurns } from './database/write-turns';
import type { Executor } from './inventory/command-request';
import { ExecutorMetrics } from './inventory/executor-metrics';
import { InventoryExecutor } from './inventory/inventory-executor';
import { InventoryThread, THREAD_FILE } from './inventory-thread/inventory-thread';
import { createBulkheads, type Bulkheads } from './load/bulkheads';
import { connectionShares, SQLITE_SHARES, threadConnections } from './load/connection-shares';
import { EventLoopLoad } from './load/event-loop-load';
import { createLogger, type Logger } from './observability/logger';
import { Metrics } from './observability/metrics';
import { addSampledGauges } from './observability/sampled-gauges';
import { LoginGuard } from './auth/login-guard';
import { RateLimiter } from './rate-limits/rate-limiter';
import { connectRedis } from './rate-limits/redis';
import { AccountCache } from './auth/account-cache';
import { finishCommand, finishCreation } from './presenters/finished-answers';
import { AccountDeletion } from './services/account-deletion.service';
import { AdminAccountsService } from './services/admin-accounts.service';
import { ApiKeysService } from './services/api-keys.service';
import { AuditService } from './services/audit.service';
import { AuthService } from './services/auth.service';
import { CommandsService } from './services/commands.service';
import { EventReader } from './services/event-reader';
import { EventsService } from './services/events.service';
import { HealthService } from './services/health.service';
import { KeyReader } from './services/key-reader';
import { ReconcileService } from './services/reconcile.service';
import { MyEventReader } from './services/my-event-reader';
import { PasswordHasher } from './auth/password-hasher';
import { PasswordRules } from './auth/password-rules';
import { SessionsService } from './services/sessions.service';
import { StaffService } from './services/staff.service';
import { TicketsService } from './services/tickets.service';
import { Tokens } from './auth/tokens';
import { UsersService } from './services/users.service';
import { waitlistTotals } from './services/waitlist-reader';
import { WaitlistsService } from './services/waitlists.service';

export interface Container {
  readonly config: Config;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly database: Database;
  readonly unitOfWork: UnitOfWork;
  readonly inventory: Executor;
  /** Resolves when it can run commands; rejects if its thread can't start. */
  readonly ready: Promise<void>;
  readonly services: Services;
  readonly bulkheads: Bulkheads;
  readonly adminAccounts: AdminAccountsService;
  readonly health: HealthService;
  readonly app: Express;
  /** Ends what the inventory runs, and closes the connections to the database and Redis, the metrics and the logger. */
  close(): Promise<void>;
}

interface ContainerOptions {
  /** The program of the inventory's thread, if it has one: a test runs the compiled one. */
  readonly threadFile?: string;
}

/**
 * The only place that constructs services, besides the inventory's thread, which constructs its own.
 * Opens no database connection before the first query.
 */
export function createContainer(
  config: Config,
  { threadFile = THREAD_FILE }: ContainerOptions = {},
): Container {
  const logger = createLogger(config.log);
  const metrics = new Metrics();
  const executorMetrics = new ExecutorMetrics(metrics, logger);
  const nodes = new NodeReport(logger, metrics);
  const shares =
    config.database.dialect === 'mysql' ? connectionShares(config.database.poolMax) : SQLITE_SHARES;
  const thread =
    config.executor === 'thread'
      ? new InventoryThread({
          file: threadFile,
          settings: {
            database: withConnections(config.database, threadConnections(shares)),
            slots: shares.batches,
          },
          logger,
          metrics,
          executorMetrics,
          nodes,
        })
      : undefined;
  const database = openDatabase(
    thread ? withoutConnections(config.database, threadConnections(shares)) : config.database,
    nodes,
  );
  const turns = thread ?? new QueuedTurns();
  const unitOfWork = new UnitOfWork({ sequelize: database.sequelize, logger, metrics, turns });
  const loopLoad = new EventLoopLoad();
  const countRefusal = (share: string): void => {
    metrics.bulkheadRefusals.inc({ share });
  };
  const bulkheads = createBulkheads(shares, {
    isOverloaded: () => loopLoad.isHigh,
    onRefusal: countRefusal,
  });
  const { shortReads } = bulkheads;
  const units = unitOfWork.within(bulkheads.accounts);
  const inventory =
    thread ??
    new InventoryExecutor({
      database,
      unitOfWork,
      metrics: executorMetrics,
      finish: finishCommand,
      slots: shares.batches,
    });
  const deletion = thread ?? new AccountDeletion({ database, unitOfWork, finish: finishCommand });
  const commands = new CommandsService(inventory, executorMetrics);
  const health = new HealthService(database.sequelize);
  addSampledGauges(metrics, {
    commandsInFlight: () => commands.inFlight,
    poolUses: async () => [database.poolUse(), ...(thread ? [await thread.poolUse()] : [])],
    isDatabaseUp: () => health.isDatabaseUp(),
    waitlistTotals: () => shortReads.run(() => waitlistTotals(database)),
    idRangeUse: () => shortReads.run(() => readIdRangeUse(database)),
    connectionUse: () => shortReads.run(() => readConnectionUse(database)),
  });
  const { enabled: isLimited, redisUrl, limits } = config.rateLimits;
  const redis = isLimited && redisUrl !== null ? connectRedis(redisUrl, { logger, metrics }) : null;
  const guard = isLimited ? new LoginGuard(redis, metrics) : null;
  const rateLimiter = isLimited ? new RateLimiter(limits, redis, metrics) : null;
  const hasher = new PasswordHasher(config.auth.bcryptRounds, () => {
    countRefusal('passwords');
  });
  const tokens = new Tokens(config.auth);
  const accounts = new AccountCache(database);
  const eventReader = new EventReader(database);
  const passwordRules = new PasswordRules(config.auth);
  const sessions = new SessionsService({
    database,
    units,
    tokens,
    refreshLifetimeSeconds: config.auth.refreshLifetimeSeconds,
  });
  const apiKeys = new ApiKeysService({
    database,
    units,
    unitsBehind: unitOfWork.within(bulkheads.background),
    accounts,
    logger,
  });
  const staff = new StaffService({ database, units, eventReader });
  const services: Services = {
    staff,
    sessions,
    apiKeys,
    auth: new AuthService({
      database,
      units,
      shortReads,
      hasher,
      tokens,
      sessions,
      apiKeys,
      accounts,
      guard,
      passwordRules,
      logger,
    }),
    users: new UsersService({
      database,
      deletion,
      units,
      shortReads,
      deletions: bulkheads.deletions,
      hasher,
      accounts,
      guard,
      passwordRules,
    }),
    commands,
    events: new EventsService({ database, unitOfWork, bulkheads, finish: finishCreation }),
    eventReader,
    keyReader: new KeyReader({ database, unitOfWork }),
    myEventReader: new MyEventReader({ database, unitOfWork }),
    tickets: new TicketsService({ database, commands, eventReader, staff, bulkheads }),
    waitlists: new WaitlistsService({ database, unitOfWork, commands, bulkheads }),
    reconcile: new ReconcileService({ database, unitOfWork }),
    audit: new AuditService({ database, eventReader, staff }),
  };
  return {
    config,
    logger,
    metrics,
    database,
    unitOfWork,
    inventory,
    ready: thread?.ready ?? Promise.resolve(),
    services,
    adminAccounts: new AdminAccountsService({ database, unitOfWork, hasher }),
    health,
    bulkheads,
    app: createApp({ config, logger, metrics, services, bulkheads, health, rateLimiter }),
    async close() {
      await thread?.close();
      await database.close();
      redis?.disconnect();
      loopLoad.close();
      metrics.close();
      logger.close();
    },
  };
}

/** The same database with a pool of so many connections. SQLite has no pool. */
function withConnections(settings: DatabaseSettings, poolMax: number): DatabaseSettings {
  return settings.dialect === 'mysql' ? { ...settings, poolMax } : settings;
}

/** The same database with so many connections less, and one at least. */
function withoutConnections(settings: DatabaseSettings, taken: number): DatabaseSettings {
  return settings.dialect === 'mysql'
    ? withConnections(settings, Math.max(1, settings.poolMax - taken))
    : settings;
}
