import type { Command } from '../domain/commands';
import type { EventFacts } from '../domain/inventory-state';

/** What a set of commands must know to be decided. */
export interface Needs {
  /** People who must have an account. */
  readonly accounts: Set<number>;
  /** People whose place in the queue matters. */
  readonly waiting: Set<number>;
  readonly entryIds: Set<number>;
  /** People whose active tickets are given back. */
  readonly holders: Set<number>;
  readonly bookingIds: Set<number>;
  /** People whom the event's cap concerns. */
  readonly capped: Set<number>;
  readonly names: Set<string>;
  /** Tickets that a resize adds. */
  addedTickets: number;
  /** Commands after which somebody else may be at the head of the queue. */
  reorderings: number;
}

/** What a group of commands must know, each thing once. */
export function needsOf(event: EventFacts, commands: readonly Command[]): Needs {
  const needs: Needs = {
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
  for (const command of commands) addNeeds(needs, event, command);
  return needs;
}

/** People who must have an account for a command: their rows are share-locked while it runs. */
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

function addNeeds(needs: Needs, event: EventFacts, command: Command): void {
  for (const userId of accountsIn(command)) needs.accounts.add(userId);
  switch (command.kind) {
    case 'book':
      for (const userId of [command.userId, ...command.additionalUsers]) {
        needs.waiting.add(userId);
        needs.capped.add(userId);
      }
      return;
    case 'join':
      needs.waiting.add(command.userId);
      needs.capped.add(command.userId);
      return;
    case 'cancel-held':
      needs.holders.add(command.holderId);
      return;
    case 'cancel-bookings':
      for (const bookingId of command.bookingIds) needs.bookingIds.add(bookingId);
      return;
    case 'lower':
      needs.waiting.add(command.userId);
      return;
    case 'leave':
      needs.waiting.add(command.userId);
      needs.reorderings += 1;
      return;
    case 'prioritize':
      needs.entryIds.add(command.entryId);
      needs.reorderings += 1;
      return;
    case 'update-event':
      needs.addedTickets += Math.max(0, (command.totalTickets ?? 0) - event.totalTickets);
      if (command.name !== undefined) needs.names.add(command.name);
      return;
    case 'cancel-event':
      return;
    case 'remove-person':
      needs.holders.add(command.userId);
      needs.waiting.add(command.userId);
      needs.reorderings += 1;
      return;
  }
}

/**
 * How much of the queue can come into play: one entry for each ticket that may become free (each
 * wants at least one), and one for each entry that may leave its place in the same breath.
 *
 * @param tickets tickets that the commands may give back
 */
export function headSize(tickets: number, { addedTickets, reorderings }: Needs): number {
  const freed = tickets + addedTickets;
  return freed === 0 ? 0 : freed + reorderings;
}
