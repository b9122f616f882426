import type { Command, CommandKind } from '../domain/commands';
import type { AcceptanceOf, Refusal } from '../domain/outcomes';
import type { IdempotentRequest, Replay } from './idempotency';

/** A command, and what the audit log and a later replay need from its request. */
export interface CommandRequest<C extends Command = Command> {
  readonly command: C;
  readonly actorId: number;
  readonly requestId: string | null;
  /** When the request arrived, on the `performance.now()` clock. Defaults to now. */
  readonly startedAt?: number;
  /** The actor's reason, in their own words. */
  readonly reason?: string | undefined;
  readonly idempotent?: IdempotentRequest<AcceptanceOf<C['kind']>> | undefined;
  /** Decide and answer, but change nothing. */
  readonly isDryRun?: boolean | undefined;
}

export type CommandResult<Kind extends CommandKind = CommandKind> =
  AcceptanceOf<Kind> | Refusal | Replay;

/** What became of one event's commands. */
export interface BatchResult {
  /** One for each command from the first on; the commands without one must run again. */
  readonly results: readonly CommandResult[];
  readonly promotedTickets: number;
}

/** Commands that concern all rows of an event, and so run in a transaction of their own. */
const EXCLUSIVE_KINDS: ReadonlySet<CommandKind> = new Set(['update-event', 'cancel-event']);

export function isExclusive({ command }: CommandRequest): boolean {
  return EXCLUSIVE_KINDS.has(command.kind);
}

/** Rows that giving back all of a person's tickets is taken to write: few people hold more. */
const UNTOLD_QUANTITY_ROWS = 100;

/** How many rows a command writes at the most, as far as it can be told beforehand. */
export function weightOf({ command }: CommandRequest): number {
  switch (command.kind) {
    case 'book':
      return command.quantity;
    case 'cancel-held':
      return command.quantity ?? UNTOLD_QUANTITY_ROWS;
    case 'cancel-bookings':
      return command.bookingIds.length;
    default:
      return 1;
  }
}
