import type { Logger } from '../observability/logger';
import type { Metrics } from '../observability/metrics';
import type { BatchResults } from './batch';
import type { CommandRequest, CommandResult } from './command-request';

const MS_PER_SECOND = 1_000;

/** The executor's metrics. A failing metric is logged and never fails a committed command. */
export class ExecutorMetrics {
  constructor(
    private readonly metrics: Metrics,
    private readonly logger: Logger,
  ) {}

  countTurnedAway(): void {
    this.#record(() => {
      this.metrics.turnedAway.inc();
    });
  }

  countOutcome({ command: { kind } }: CommandRequest, result: CommandResult): void {
    this.#record(() => {
      this.metrics.commandOutcomes.inc({
        kind,
        outcome: result.refused ? result.code : result.outcome,
      });
    });
  }

  /**
   * @param arrivals when each command arrived; like `startedAt` on the `performance.now()` clock
   * @param startedAt when their transaction began
   */
  observeTransaction(
    arrivals: readonly number[],
    startedAt: number,
    { batches, lockWaitMs }: BatchResults,
  ): void {
    this.#record(() => {
      this.metrics.batchSize.observe(arrivals.length);
      this.metrics.lockWaitSeconds.observe(lockWaitMs / MS_PER_SECOND);
      this.metrics.batchSeconds.observe((performance.now() - startedAt) / MS_PER_SECOND);
      for (const arrivedAt of arrivals) {
        this.metrics.queueWaitSeconds.observe((startedAt - arrivedAt) / MS_PER_SECOND);
      }
      const promoted = batches.reduce((sum, batch) => sum + (batch?.promotedTickets ?? 0), 0);
      if (promoted > 0) this.metrics.promotedTickets.inc(promoted);
    });
  }

  #record(record: () => void): void {
    try {
      record();
    } catch (error) {
      this.logger.error('A metric could not be recorded', { error });
    }
  }
}
