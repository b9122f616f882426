import type { Command } from '../domain/commands';
import type { Refusal } from '../domain/outcomes';
import { ApiError } from '../errors/api-error';
import type { CommandAnswer, CommandRequest } from '../inventory/command-request';
import type { InventoryExecutor } from '../inventory/inventory-executor';
import type { RequestContext } from './request-context';

type CommandOptions = Pick<CommandRequest, 'idempotencyKey' | 'reason' | 'isDryRun'>;

/** Performs commands on event inventories for requests, such as booking, cancelling and joining. */
export class CommandsService {
  constructor(private readonly inventory: InventoryExecutor) {}

  /**
   * @returns the finished answer, or the stored one to an earlier request with the same key
   * @throws ApiError with the code of the refusal if the domain refuses the command, or as
   * `InventoryExecutor.execute` says
   */
  async perform(
    eventId: number,
    command: Command,
    { actor, requestId, startedAt }: RequestContext,
    options: CommandOptions = {},
  ): Promise<CommandAnswer> {
    const request = { command, actorId: actor.id, requestId, startedAt, ...options };
    const result = await this.inventory.execute(eventId, request);
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
