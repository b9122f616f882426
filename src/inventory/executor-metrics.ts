import type { CommandKind } from '../domain/commands';
import type { Logger } from '../observability/logger';
import type { Metrics } from '../observability/metrics';
import type { CommandResult } from './command-request';

const MS_PER_SECOND = 1_000;

/** A transaction of the executor. */
export interface TransactionFigures {
  /** How long each of its commands had waited when it began. */
  readonly waitsMs: readonly number[];
  readonly lockWaitMs: number;
  readonly tookMs: number;
  readonly promotedTickets: number;
}

/** What the executor tells of its work. */
export interface ExecutorFigures {
  countTurnedAway(): void;
  observeTransaction(figures: TransactionFigures): void;
}

/** The metrics of commands. A failing metric is logged and never fails a committed command. */
export class ExecutorMetrics implements ExecutorFigures {
  constructor(
    private readonly metrics: Metrics,
    private readonly logger: Logger,
  ) {}

  countTurnedAway(): void {
    this.#record(() => {
      this.metrics.turnedAway.inc();
    });
  }

  countOutcome(kind: CommandKind, result: CommandResult): void {
    this.#record(() => {
      const outcome = result.refused ? result.code : result.outcome;
      this.metrics.commandOutcomes.inc({ kind, outcome });
    });
  }

  observeTransaction({ waitsMs, lockWaitMs, tookMs, promotedTickets }: TransactionFigures): void {
    this.#record(() => {
      this.metrics.batchSize.observe(waitsMs.length);
      this.metrics.lockWaitSeconds.observe(lockWaitMs / MS_PER_SECOND);
      this.metrics.batchSeconds.observe(tookMs / MS_PER_SECOND);
      for (const waitMs of waitsMs) {
        this.metrics.queueWaitSeconds.observe(waitMs / MS_PER_SECOND);
      }
      if (promotedTickets > 0) this.metrics.promotedTickets.inc(promotedTickets);
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
