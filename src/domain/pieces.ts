/**
 * Commands that touch so many tickets that they are executed a piece at a time: a series of smaller
 * commands which together do the same.
 */
import type { Command } from './commands';
import type { EventInventory } from './event-inventory';
import type { EventFacts } from './inventory-state';
import type { Acceptance } from './outcomes';

/** Tickets in one piece. */
export const PIECE_TICKETS = 1_000;
/** A command on more tickets than this is executed in pieces. */
export const UNDIVIDED_TICKETS_MAX = 2_000;

/** Tickets that an answer lists one by one; of more, it lists the first ones and says how many. */
export const LISTED_TICKETS_MAX = 1_000;

/** Tickets of one holder to load, so that it shows whether a command must be divided. */
export function ticketsToLoad(quantity: number | null): number {
  return Math.min(quantity ?? Infinity, UNDIVIDED_TICKETS_MAX + 1);
}

/** Whether a command is too large to be decided at once. */
export function isLarge(inventory: EventInventory, command: Command): boolean {
  switch (command.kind) {
    case 'cancel-held':
      return (
        (command.quantity ?? Infinity) > UNDIVIDED_TICKETS_MAX &&
        inventory.ticketsHeldBy(command.holderId).length > UNDIVIDED_TICKETS_MAX
      );
    case 'delete-account':
      return inventory.ticketsHeldBy(command.userId).length > UNDIVIDED_TICKETS_MAX;
    case 'update-event':
      return (
        inventory.event.waitlistCount > 0 &&
        growthBy(inventory.event, command.totalTickets) > UNDIVIDED_TICKETS_MAX
      );
    default:
      return false;
  }
}

/**
 * Divides a command.
 *
 * @param held active tickets of the person whose tickets it gives back
 * @returns commands that together do what the command does, in order; just the command itself if it
 * would be refused
 */
export function piecesOf(command: Command, event: EventFacts, held: number): Command[] {
  switch (command.kind) {
    case 'cancel-held': {
      const quantity = command.quantity ?? held;
      if (quantity > held) return [command];
      return sizesOf(quantity).map((size) => ({ ...command, quantity: size }));
    }
    case 'delete-account': {
      const { userId } = command;
      // The command itself gives back the last tickets, and ends the person's entry.
      const before = sizesOf(held).slice(0, -1);
      return [
        ...before.map((quantity) => ({ kind: 'cancel-held', holderId: userId, quantity }) as const),
        command,
      ];
    }
    case 'update-event': {
      const growth = growthBy(event, command.totalTickets);
      let totalTickets = event.totalTickets;
      return sizesOf(growth).map((size, index) => {
        totalTickets += size;
        const { kind, actor } = command;
        return index === 0 ? { ...command, totalTickets } : { kind, actor, totalTickets };
      });
    }
    default:
      return [command];
  }
}

function growthBy(event: EventFacts, totalTickets = event.totalTickets): number {
  return totalTickets - event.totalTickets;
}

/** The sizes of the pieces that a number of tickets is divided into. */
function sizesOf(tickets: number): number[] {
  const pieces = Math.ceil(tickets / PIECE_TICKETS);
  return Array.from({ length: pieces }, (_, index) =>
    Math.min(PIECE_TICKETS, tickets - index * PIECE_TICKETS),
  );
}

/**
 * What a large update would come to, told from its first piece: everyone in the queue takes what they
 * want, as long as there are tickets.
 */
export function previewOf(command: Command, event: EventFacts, first: Acceptance): Acceptance {
  if (command.kind !== 'update-event' || first.kind !== 'update-event') return first;
  const growth = growthBy(event, command.totalTickets);
  const promotedTickets = Math.min(growth, event.waitlistTickets);
  const after = {
    ...first.event,
    totalTickets: event.totalTickets + growth,
    availableTickets: event.availableTickets + growth - promotedTickets,
  };
  return { ...first, event: after, promotedTickets };
}
