import type { Logger } from '../observability/logger';
import type { Metrics } from '../observability/metrics';
import type { ServerNode } from './server-node';
import type { NodeObserver } from './writer-connections';

/**
 * Tells the operator which database server serves, each change of it, and what is wrong with it. Several
 * pools may report to it; what several of them report is logged once.
 */
export class NodeReport implements NodeObserver {
  /** What was reported of each server, so that nothing is reported with each connection. */
  readonly #reported = new Map<string, string>();
  /** The server that took over last. */
  #successor: string | undefined;

  constructor(
    private readonly logger: Logger,
    private readonly metrics: Metrics,
  ) {}

  nodeServes(node: ServerNode, before?: ServerNode): void {
    if (before && node.id !== this.#successor) this.#reportChange(node, before);
    const settings = JSON.stringify([node.flushLog, node.syncBinlog, node.staleReads]);
    if (this.#reported.get(node.id) === settings) return;
    this.#reported.set(node.id, settings);
    this.#reportNode(node);
  }

  #reportChange(node: ServerNode, before: ServerNode): void {
    this.#successor = node.id;
    this.metrics.databaseNodeChanges.inc();
    this.logger.warn('Another database server takes the writes now', {
      node: node.name,
      before: before.name,
    });
    this.metrics.databaseNode.reset();
    this.metrics.weakDurability.set(0);
    this.#reported.clear();
  }

  #reportNode({ name, flushLog, syncBinlog, staleReads }: ServerNode): void {
    const isWeak = flushLog !== '1';
    this.metrics.databaseNode.set(
      { node: name, flush_log: flushLog ?? '', sync_binlog: syncBinlog ?? '' },
      1,
    );
    if (isWeak) this.metrics.weakDurability.set(1);
    this.logger.info('The database server', {
      node: name,
      innodb_flush_log_at_trx_commit: flushLog,
      sync_binlog: syncBinlog,
    });
    if (isWeak) {
      this.logger.warn(
        'innodb_flush_log_at_trx_commit is not 1: a crash of the database may lose acknowledged changes',
        { node: name },
      );
    }
    if (staleReads !== undefined) {
      this.logger.warn(
        `${staleReads} is not BEFORE: after a change of the server, a read may be older than an answer`,
        { node: name },
      );
    }
  }
}
