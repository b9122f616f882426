import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

const SECONDS_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** What the server counts, in Prometheus terms. One instance a process. */
export class Metrics {
  readonly registry = new Registry();

  readonly httpRequests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from a request to the end of its answer',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: SECONDS_BUCKETS,
    registers: [this.registry],
  });

  readonly commandOutcomes = new Counter({
    name: 'inventory_commands_total',
    help: 'Commands on event inventories, by kind and what became of them',
    labelNames: ['kind', 'outcome'] as const,
    registers: [this.registry],
  });

  readonly batchSize = new Histogram({
    name: 'inventory_batch_size',
    help: 'Commands decided in one transaction',
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
    registers: [this.registry],
  });

  readonly batchSeconds = new Histogram({
    name: 'inventory_batch_seconds',
    help: 'Time of one group from its start to its end: pool, lock wait, retries and commit included',
    buckets: SECONDS_BUCKETS,
    registers: [this.registry],
  });

  readonly queueWaitSeconds = new Histogram({
    name: 'inventory_queue_wait_seconds',
    help: 'Time from a command to the start of its group',
    buckets: SECONDS_BUCKETS,
    registers: [this.registry],
  });

  readonly lockWaitSeconds = new Histogram({
    name: 'inventory_lock_wait_seconds',
    help: "Time until a group held its event's lock, a trip to the database included",
    buckets: SECONDS_BUCKETS,
    registers: [this.registry],
  });

  readonly turnedAway = new Counter({
    name: 'inventory_commands_turned_away_total',
    help: 'Commands that were refused at once because too many waited already',
    registers: [this.registry],
  });

  readonly promotedTickets = new Counter({
    name: 'inventory_promoted_tickets_total',
    help: 'Tickets that went from one holder to someone on the waitlist',
    registers: [this.registry],
  });

  readonly transactionRetries = new Counter({
    name: 'database_transaction_retries_total',
    help: 'Transactions run again after a deadlock, a lock wait or a write conflict',
    registers: [this.registry],
  });

  readonly rateLimited = new Counter({
    name: 'rate_limited_requests_total',
    help: 'Requests refused because their sender asked too often',
    labelNames: ['limit'] as const,
    registers: [this.registry],
  });

  readonly redisUp = new Gauge({
    name: 'redis_up',
    help: '1 while rate limits are shared through Redis; absent where there is none',
    aggregator: 'min',
    registers: [this.registry],
  });

  readonly weakDurability = new Gauge({
    name: 'database_weak_durability',
    help: '1 where the database may lose an acknowledged change in a crash',
    aggregator: 'max',
    registers: [this.registry],
  });

  readonly reconcileChecks = new Counter({
    name: 'reconcile_checked_events_total',
    help: 'Events that were held against their rows',
    registers: [this.registry],
  });

  readonly reconcileFaultyEvents = new Gauge({
    name: 'reconcile_faulty_events',
    help: 'Events whose counters did not agree with their rows when they were last checked',
    aggregator: 'max',
    registers: [this.registry],
  });

  readonly reconcileLastCheck = new Gauge({
    name: 'reconcile_last_check_timestamp_seconds',
    help: 'When an event was last held against its rows',
    aggregator: 'max',
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    // A gauge begins at 0, which would say that Redis is away.
    this.redisUp.remove();
  }

  /** Stops nothing that runs by itself, but frees the numbers for the next instance. */
  close(): void {
    this.registry.clear();
  }
}
