import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

const SECONDS_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** The Prometheus metrics of the server. One instance per process. */
export class Metrics {
  readonly registry = new Registry();

  readonly httpRequests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the arrival of a request to the end of its response',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: SECONDS_BUCKETS,
    registers: [this.registry],
  });

  readonly commandOutcomes = new Counter({
    name: 'inventory_commands_total',
    help: 'Commands on event inventories, by kind and outcome',
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
    help: 'Duration of a batch: connection wait, lock wait, retries and commit included',
    buckets: SECONDS_BUCKETS,
    registers: [this.registry],
  });

  readonly queueWaitSeconds = new Histogram({
    name: 'inventory_queue_wait_seconds',
    help: 'Time from the arrival of a command to the start of its batch',
    buckets: SECONDS_BUCKETS,
    registers: [this.registry],
  });

  readonly lockWaitSeconds = new Histogram({
    name: 'inventory_lock_wait_seconds',
    help: 'Time until a batch held the lock of its event, a round trip to the database included',
    buckets: SECONDS_BUCKETS,
    registers: [this.registry],
  });

  readonly turnedAway = new Counter({
    name: 'inventory_commands_turned_away_total',
    help: 'Commands rejected immediately because too many were already waiting',
    registers: [this.registry],
  });

  readonly bulkheadRefusals = new Counter({
    name: 'bulkhead_refusals_total',
    help: 'Work refused because too much of its kind was running and waiting',
    labelNames: ['share'] as const,
    registers: [this.registry],
  });

  readonly promotedTickets = new Counter({
    name: 'inventory_promoted_tickets_total',
    help: 'Tickets that went to people on the waitlist',
    registers: [this.registry],
  });

  readonly transactionRetries = new Counter({
    name: 'database_transaction_retries_total',
    help: 'Transactions retried after a deadlock, a lock wait or a write conflict',
    registers: [this.registry],
  });

  readonly rateLimited = new Counter({
    name: 'rate_limited_requests_total',
    help: 'Requests rejected by a rate limit',
    labelNames: ['limit'] as const,
    registers: [this.registry],
  });

  readonly redisUp = new Gauge({
    name: 'redis_up',
    help: '1 while rate limits are shared through Redis; absent without Redis',
    aggregator: 'min',
    registers: [this.registry],
  });

  readonly databaseNode = new Gauge({
    name: 'database_node',
    help: '1 for the database server that takes the writes, with its durability settings',
    labelNames: ['node', 'flush_log', 'sync_binlog'] as const,
    aggregator: 'max',
    registers: [this.registry],
  });

  readonly databaseNodeChanges = new Counter({
    name: 'database_node_changes_total',
    help: 'How often another database server has taken over',
    registers: [this.registry],
  });

  readonly weakDurability = new Gauge({
    name: 'database_weak_durability',
    help: '1 if the database may lose an acknowledged change in a crash',
    aggregator: 'max',
    registers: [this.registry],
  });

  readonly reconcileChecks = new Counter({
    name: 'reconcile_checked_events_total',
    help: 'Events reconciled with their rows',
    registers: [this.registry],
  });

  readonly reconcileFaultyEvents = new Gauge({
    name: 'reconcile_faulty_events',
    help: 'Events whose counters differed from their rows at their last check',
    aggregator: 'max',
    registers: [this.registry],
  });

  readonly reconcileLastCheck = new Gauge({
    name: 'reconcile_last_check_timestamp_seconds',
    help: 'Time of the last reconciliation of an event',
    aggregator: 'max',
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    // A gauge starts at 0, which would mean that Redis is unreachable.
    this.redisUp.remove();
  }

  /** Clears the registry; there is no background work to stop. */
  close(): void {
    this.registry.clear();
  }
}
