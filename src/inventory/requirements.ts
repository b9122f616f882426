import type { Command } from '../domain/commands';
import type { EventFacts } from '../domain/inventory-state';

/** The data that must be loaded to decide a set of commands. */
export interface Requirements {
  /** People who must have an account. */
  readonly accounts: Set<number>;
  /** People whose waitlist entries are needed. */
  readonly waiting: Set<number>;
  readonly entryIds: Set<number>;
  /** People whose active tickets are cancelled. */
  readonly holders: Set<number>;
  readonly bookingIds: Set<number>;
  /** People to whom the event's cap applies. */
  readonly capped: Set<number>;
  readonly names: Set<string>;
  /** Tickets that a resize adds. */
  addedTickets: number;
  /** Number of commands that may change the head of the queue. */
  reorderings: number;
}

/** Collects the requirements of a batch of commands, without duplicates. */
export function requirementsOf(event: EventFacts, commands: readonly Command[]): Requirements {
  const requirements: Requirements = {
    accounts: new Set(),
    waiting: new Set(),
    entryIds: new Set(),
    holders: new Set(),
    bookingIds: new Set(),
    capped: new Set(),
    names: new Set(),
    addedTickets: 0,
    reorderings: 0,
  };
  for (const command of commands) addRequirements(requirements, event, command);
  return requirements;
}

/** People who must have an account for a command. Their rows are share-locked while it runs. */
export function accountsIn(command: Command): readonly number[] {
  switch (command.kind) {
    case 'book':
      return [command.bookedBy, command.userId, ...command.additionalUsers];
    case 'join':
      return [command.requestedBy, command.userId];
    case 'cancel-held':
      return [command.holderId];
    default:
      return [];
  }
}

function addRequirements(requirements: Requirements, event: EventFacts, command: Command): void {
  for (const userId of accountsIn(command)) requirements.accounts.add(userId);
  switch (command.kind) {
    case 'book':
      for (const userId of [command.userId, ...command.additionalUsers]) {
        requirements.waiting.add(userId);
        requirements.capped.add(userId);
      }
      return;
    case 'join':
      requirements.waiting.add(command.userId);
      requirements.capped.add(command.userId);
      return;
    case 'cancel-held':
      requirements.holders.add(command.holderId);
      return;
    case 'cancel-bookings':
      for (const bookingId of command.bookingIds) requirements.bookingIds.add(bookingId);
      return;
    case 'lower':
      requirements.waiting.add(command.userId);
      return;
    case 'leave':
      requirements.waiting.add(command.userId);
      requirements.reorderings += 1;
      return;
    case 'prioritize':
      requirements.entryIds.add(command.entryId);
      requirements.reorderings += 1;
      return;
    case 'update-event':
      requirements.addedTickets += Math.max(0, (command.totalTickets ?? 0) - event.totalTickets);
      if (command.name !== undefined) requirements.names.add(command.name);
      return;
    case 'cancel-event':
      return;
    case 'delete-account':
      requirements.holders.add(command.userId);
      requirements.waiting.add(command.userId);
      requirements.reorderings += 1;
      return;
  }
}

/**
 * How many entries of the queue may be needed: one for each ticket that may become free (each entry
 * wants at least one), and one for each entry that may leave its position in the same batch.
 *
 * @param tickets number of tickets that the commands may cancel
 */
export function headSize(tickets: number, { addedTickets, reorderings }: Requirements): number {
  const freed = tickets + addedTickets;
  return freed === 0 ? 0 : freed + reorderings;
}
