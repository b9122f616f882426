import { Gauge } from 'prom-client';
import type { Metrics } from './metrics';

/** How long a figure from the database is reused, so that frequent scrapes cost nothing. */
const SAMPLE_AGE_MS = 10_000;
/** The same, of what changes in weeks. */
const SLOW_SAMPLE_AGE_MS = 60_000;

/** Connections to the database. */
export interface PoolUse {
  readonly max: number;
  readonly open: number;
  readonly inUse: number;
  /** Requests that wait for a free connection. */
  readonly waiting: number;
}

/** Totals over all events. */
export interface WaitlistTotals {
  readonly people: number;
  readonly tickets: number;
}

/** Of the whole database server, by all of its clients. */
export interface ConnectionUse {
  readonly open: number;
  readonly max: number;
}

/** Of one table. */
export interface IdRangeUse {
  readonly table: string;
  /** The largest id, as a part of the largest one that there can be: 0 to 1. */
  readonly usedRatio: number;
}

/** The sources of the figures. */
export interface GaugeSources {
  commandsInFlight(): number;
  /** Of each thread that has connections. */
  poolUses(): Promise<readonly PoolUse[]>;
  isDatabaseUp(): Promise<boolean>;
  waitlistTotals(): Promise<WaitlistTotals>;
  idRangeUse(): Promise<readonly IdRangeUse[]>;
  /** Undefined on SQLite, which has no server. */
  connectionUse(): Promise<ConnectionUse | undefined>;
}

/**
 * Adds gauges that are read only when the metrics are read: requests pay nothing for them. Gauges of
 * one process add up over workers; gauges that all read from one database do not.
 */
export function addSampledGauges({ registry }: Metrics, sources: GaugeSources): void {
  const add = (
    name: string,
    help: string,
    read: () => number | undefined | Promise<number | undefined>,
    aggregator: 'sum' | 'min' | 'max' = 'sum',
  ): void => {
    new Gauge({
      name,
      help,
      aggregator,
      registers: [registry],
      async collect() {
        const value = await read();
        if (value === undefined) this.remove();
        else this.set(value);
      },
    });
  };

  add('inventory_commands_in_flight', 'Commands that are waiting or running', () =>
    sources.commandsInFlight(),
  );
  const addPool = (name: string, help: string, of: keyof PoolUse): void => {
    add(name, help, async () =>
      (await sources.poolUses()).reduce((sum, pool) => sum + pool[of], 0),
    );
  };
  addPool('database_pool_max', 'Maximum number of open connections', 'max');
  addPool('database_pool_open', 'Open connections', 'open');
  addPool('database_pool_in_use', 'Connections in use', 'inUse');
  addPool('database_pool_waiting', 'Requests that are waiting for a connection', 'waiting');

  add(
    'database_up',
    '1 while the database answers',
    async () => Number(await sources.isDatabaseUp()),
    'min',
  );

  const connections = sampled(SAMPLE_AGE_MS, () => sources.connectionUse().catch(() => undefined));
  add(
    'database_connections',
    'Connections to the database server, of all its clients',
    async () => (await connections())?.open,
    'max',
  );
  add(
    'database_connections_max',
    'Maximum number of connections to the database server',
    async () => (await connections())?.max,
    'max',
  );

  const totals = sampled(SAMPLE_AGE_MS, () => sources.waitlistTotals().catch(() => undefined));
  add('waitlist_people', 'Entries in all waitlists', async () => (await totals())?.people, 'max');
  add(
    'waitlist_tickets',
    'Tickets wanted in all waitlists',
    async () => (await totals())?.tickets,
    'max',
  );

  const idRanges = sampled(SLOW_SAMPLE_AGE_MS, () => sources.idRangeUse().catch(() => []));
  new Gauge({
    name: 'database_id_range_used_ratio',
    help: 'Largest id of a table, as a part of the largest one that there can be',
    labelNames: ['table'] as const,
    aggregator: 'max',
    registers: [registry],
    async collect() {
      const ranges = await idRanges();
      this.reset();
      for (const { table, usedRatio } of ranges) this.set({ table }, usedRatio);
    },
  });
}

/** Asks again only when the last answer is too old; callers in between share it. */
function sampled<T>(maxAgeMs: number, ask: () => Promise<T>): () => Promise<T> {
  let last: { readonly askedAt: number; readonly answer: Promise<T> } | undefined;
  return () => {
    const now = performance.now();
    if (!last || now - last.askedAt > maxAgeMs) last = { askedAt: now, answer: ask() };
    return last.answer;
  };
}
