import type { Command } from '../domain/commands';
import type { AcceptanceOf, Refusal } from '../domain/outcomes';
import { ApiError } from '../errors/api-error';
import type { CommandRequest } from '../inventory/command-request';
import { Replay } from '../inventory/idempotency';
import type { InventoryExecutor } from '../inventory/inventory-executor';
import type { RequestContext } from './request-context';

type CommandOptions<C extends Command> = Pick<
  CommandRequest<C>,
  'idempotent' | 'reason' | 'isDryRun'
>;

/** Performs commands on event inventories for requests, such as booking, cancelling and joining. */
export class CommandsService {
  constructor(private readonly inventory: InventoryExecutor) {}

  /**
   * @returns the outcome, or the stored answer to an earlier request with the same key
   * @throws ApiError with the code of the refusal if the domain refuses the command, or as
   * `InventoryExecutor.execute` says
   */
  async perform<C extends Command>(
    eventId: number,
    command: C,
    { actor, requestId, startedAt }: RequestContext,
    options: CommandOptions<C> = {},
  ): Promise<AcceptanceOf<C['kind']> | Replay> {
    const result = await this.inventory.execute<C>(eventId, {
      command,
      actorId: actor.id,
      requestId,
      startedAt,
      ...options,
    });
    if (result instanceof Replay || !isRefusal(result)) return result;
    const { code, message, field } = result;
    throw new ApiError(code, message, field === undefined ? {} : { details: [{ field, message }] });
  }
}

function isRefusal(result: object): result is Refusal {
  return 'refused' in result && result.refused === true;
}
