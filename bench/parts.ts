/**
 * `npm run bench:parts`: what single parts of a request cost, each next to a simpler alternative. docs/performance.md quotes it.
 */
import 'reflect-metadata';
import { createSecretKey } from 'node:crypto';
import { Writable } from 'node:stream';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import jwt from 'jsonwebtoken';
import { Transaction } from 'sequelize';
import winston from 'winston';
import { openDatabase, type Database } from '../src/database/database';
import { findRows } from '../src/database/find-rows';
import { lockEvents } from '../src/database/locks';
import { UnitOfWork } from '../src/database/unit-of-work';
import { QueuedTurns } from '../src/database/write-turns';
import { BookTicketsBody } from '../src/dtos/tickets.dto';
import { eventFactsOf } from '../src/models/facts';
import { writeEvents } from '../src/inventory/inventory-writer';
import { createLogger } from '../src/observability/logger';
import { Metrics } from '../src/observability/metrics';
import { tableOf } from './report/write-report';
import { BENCH_SECRET, BenchDatabase } from './support/bench-database';

const WARM_UP_CALLS = 500;
const CALLS = 5_000;
/** Lines that one turn of the event loop collects under load. */
const LINES_A_TURN = 32;
const US_PER_MS = 1_000;
/** All statements are timed in one transaction. */
const LIMIT_MS = 120_000;

const rows: string[][] = [];

/** Records the mean time and processor time of one call. */
async function time(name: string, call: () => unknown, calls = CALLS): Promise<void> {
  for (let count = 0; count < WARM_UP_CALLS; count += 1) await call();
  const processor = process.cpuUsage();
  const startedAt = performance.now();
  for (let count = 0; count < calls; count += 1) await call();
  const microseconds = ((performance.now() - startedAt) * US_PER_MS) / calls;
  const { user, system } = process.cpuUsage(processor);
  rows.push([name, microseconds.toFixed(1), ((user + system) / calls).toFixed(1)]);
}

async function timeTokens(): Promise<void> {
  const token = jwt.sign({ sub: '1' }, BENCH_SECRET, { expiresIn: 3_600 });
  const key = createSecretKey(Buffer.from(BENCH_SECRET));
  const algorithms: jwt.Algorithm[] = ['HS256'];
  await time('verify a token, secret as text', () =>
    jwt.verify(token, BENCH_SECRET, { algorithms }),
  );
  await time('verify a token, key object', () => jwt.verify(token, key, { algorithms }));
}

async function timeValidation(): Promise<void> {
  await time('make and validate a booking’s DTO', () =>
    validateSync(plainToInstance(BookTicketsBody, { event_id: 1, quantity: 2 }), {
      whitelist: true,
      forbidNonWhitelisted: true,
    }),
  );
}

async function timeLogging(): Promise<void> {
  const nowhere = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  const logger = createLogger({ level: 'info', accessFormat: 'dev', directory: null });
  (logger as winston.Logger).clear().add(new winston.transports.Stream({ stream: nowhere }));
  const message = 'POST /api/tickets/book 201 4.123 ms - 312';
  const line = { message, requestId: 'f4dc4d3f-6a5e-4fd5-a2a3-3d8b4ef2a2e1' };
  await time('log a line', () => logger.info(message, { requestId: line.requestId }));
  const timestamp = new Date().toISOString();
  const lines = Array.from({ length: LINES_A_TURN }, () => ({ ...line, timestamp }));
  await time(`log ${String(LINES_A_TURN)} lines together`, () =>
    logger.info('Requests', { lines }),
  );
}

async function timeStatements(database: Database, eventId: number): Promise<void> {
  const { sequelize, models } = database;
  const { logger, metrics } = {
    logger: createLogger({ level: 'silent', accessFormat: 'dev', directory: null }),
    metrics: new Metrics(),
  };
  const unitOfWork = new UnitOfWork({ sequelize, logger, metrics, turns: new QueuedTurns() });
  await unitOfWork.run(
    async (tx) => {
      const [before] = (await lockEvents(database, tx, [eventId])).rows;
      if (!before) throw new Error('The event is gone');
      const event = eventFactsOf(before);
      const where = { id: [eventId] };
      const lock = Transaction.LOCK.UPDATE;
      await time('read an event, Model.findAll with instances', () =>
        models.Event.findAll({ where, lock, transaction: tx }),
      );
      await time('read an event, Model.findAll with raw rows', () =>
        models.Event.findAll({ where, lock, transaction: tx, raw: true }),
      );
      await time('read an event, findRows', () =>
        findRows(models.Event, { where, lock, transaction: tx }),
      );
      let { version } = event;
      await time('write an event, Model.update', () => {
        version += 1;
        return models.Event.update(
          { ...before, version },
          { where: { id: eventId }, transaction: tx },
        );
      });
      await time('write an event, writeEvents', () => {
        const row = { ...before, version };
        version += 1;
        return writeEvents(database, tx, [{ before: row, after: { ...event, version } }]);
      });
    },
    { deadline: performance.now() + LIMIT_MS },
  );
  metrics.close();
}

async function main(): Promise<void> {
  await timeTokens();
  await timeValidation();
  await timeLogging();
  const arena = await BenchDatabase.start();
  const database = openDatabase(arena.settings);
  try {
    await timeStatements(database, await arena.makeEvents({ tickets: 1 }));
  } finally {
    await database.close();
    await arena.stop();
  }
  console.log(tableOf(['part', 'µs', 'µs of processor time here'], rows));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
