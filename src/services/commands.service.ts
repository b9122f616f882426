import type { Command } from '../domain/commands';
import type { Refusal } from '../domain/outcomes';
import { ApiError, serviceUnavailable } from '../errors/api-error';
import type { CommandAnswer, CommandRequest, Executor } from '../inventory/command-request';
import type { ExecutorMetrics } from '../inventory/executor-metrics';
import type { RequestContext } from './request-context';

/** Most commands of all events that may wait or run. */
const IN_FLIGHT_MAX = 8_000;

type CommandOptions = Pick<CommandRequest, 'idempotencyKey' | 'reason' | 'isDryRun'>;

/** Performs commands on event inventories for requests, such as booking, cancelling and joining. */
export class CommandsService {
  #inFlight = 0;

  constructor(
    private readonly executor: Executor,
    private readonly metrics: ExecutorMetrics,
  ) {}

  /** Commands that wait or run. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /**
   * @returns the finished answer, or the stored one to an earlier request with the same key
   * @throws ApiError with the code of the refusal if the domain refuses the command,
   * SERVICE_UNAVAILABLE if too many are in flight, or as `InventoryExecutor.execute` says
   */
  async perform(
    eventId: number,
    command: Command,
    { actor, requestId, startedAt }: RequestContext,
    options: CommandOptions = {},
  ): Promise<CommandAnswer> {
    if (this.#inFlight >= IN_FLIGHT_MAX) {
      this.metrics.countTurnedAway();
      throw serviceUnavailable('Too many requests are waiting');
    }
    const request = { command, actorId: actor.id, requestId, startedAt, ...options };
    this.#inFlight += 1;
    const result = await this.executor.execute(eventId, request).finally(() => {
      this.#inFlight -= 1;
    });
    this.metrics.countOutcome(command.kind, result);
    if (!result.refused) return result;
    throw refusalError(result);
  }
}

/** A refusal of the domain as the error that its sender gets. */
export function refusalError(refusal: Refusal): ApiError {
  const { code, message, field, fact, retryAfterSeconds } = refusal;
  const details = [
    ...(field === undefined ? [] : [{ field, message }]),
    ...(fact === undefined ? [] : [{ field: fact.field, message: fact.value }]),
  ];
  return new ApiError(code, message, {
    details,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}
