import cluster from 'node:cluster';
import { AggregatorRegistry, type Registry } from 'prom-client';

/** How long a worker waits for the metrics of all workers; the registry gives up after 5 s. */
const ANSWER_LIMIT_MS = 6_000;

interface MetricsRequest {
  readonly type: 'tickets:metrics-request';
  readonly id: number;
}

interface MetricsAnswer {
  readonly type: 'tickets:metrics-answer';
  readonly id: number;
  /** Undefined if the metrics could not be collected. */
  readonly text?: string;
}

let lastId = 0;

/** Lets the primary process read this worker's metrics. */
export function shareMetrics(registry: Registry): void {
  AggregatorRegistry.setRegistries(registry);
  // The constructor starts listening to the primary process.
  new AggregatorRegistry();
}

/** Answers a worker's request for metrics with those of all workers together. */
export function answerMetricsRequests(): void {
  const aggregator = new AggregatorRegistry();
  cluster.on('message', (worker, message: unknown) => {
    if (!isOfType<MetricsRequest>(message, 'tickets:metrics-request')) return;
    const answer = (text?: string): void => {
      const { id } = message;
      worker.send({ type: 'tickets:metrics-answer', id, ...(text === undefined ? {} : { text }) });
    };
    aggregator.clusterMetrics().then(answer, () => {
      answer();
    });
  });
}

/**
 * The metrics of the whole server: of this process or, in a worker, of all workers together.
 *
 * @throws Error if a worker did not report its metrics in time
 */
export function readMetrics(registry: Registry): Promise<string> {
  return cluster.isWorker ? askPrimary() : registry.metrics();
}

function askPrimary(): Promise<string> {
  lastId += 1;
  const request: MetricsRequest = { type: 'tickets:metrics-request', id: lastId };
  return new Promise((resolve, reject) => {
    const settle = (text: string | undefined): void => {
      clearTimeout(limit);
      process.off('message', onMessage);
      if (text === undefined) reject(new Error('The workers did not report their metrics in time'));
      else resolve(text);
    };
    const onMessage = (message: unknown): void => {
      if (!isOfType<MetricsAnswer>(message, 'tickets:metrics-answer')) return;
      if (message.id === request.id) settle(message.text);
    };
    const limit = setTimeout(settle, ANSWER_LIMIT_MS, undefined);
    process.on('message', onMessage);
    process.send?.(request);
  });
}

function isOfType<Message extends { type: string }>(
  message: unknown,
  type: Message['type'],
): message is Message {
  return typeof message === 'object' && message !== null && 'type' in message
    ? message.type === type
    : false;
}
