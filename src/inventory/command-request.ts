import type { Command, CommandKind } from '../domain/commands';
import type { Acceptance, Refusal, TicketsBooked } from '../domain/outcomes';
import type { IdempotencyKey, StoredAnswer } from './idempotency';

/**
 * A command, and what the audit log and a later replay need from its request. Plain data: whoever runs it
 * knows by the kind of the command how it is decided and answered.
 */
export interface CommandRequest {
  readonly command: Command;
  readonly actorId: number;
  readonly requestId: string | null;
  /** When the request arrived, on the `performance.now()` clock. Defaults to now. */
  readonly startedAt?: number;
  /** The actor's reason, in their own words. */
  readonly reason?: string | undefined;
  readonly idempotencyKey?: IdempotencyKey | undefined;
  /** Decide and answer, but change nothing. */
  readonly isDryRun?: boolean | undefined;
}

/** The finished answer to an accepted command. */
export interface CommandAnswer extends StoredAnswer {
  readonly refused: false;
  /** `replayed`: this is the stored answer to an earlier request with the same key. */
  readonly outcome: 'done' | 'replayed' | TicketsBooked['outcome'];
}

export type CommandResult = CommandAnswer | Refusal;

/** A stored answer, for a request that repeats the one it answered. */
export function replayOf({ status, body }: StoredAnswer): CommandAnswer {
  return { refused: false, outcome: 'replayed', status, body };
}

/** Makes the answer to an accepted command. It must not throw: the answer is part of the change. */
export type FinishCommand = (acceptance: Acceptance, isDryRun: boolean) => StoredAnswer;

/** What runs commands: in this thread, or in one of its own. */
export interface Executor {
  execute(eventId: number, request: CommandRequest): Promise<CommandResult>;
}

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
