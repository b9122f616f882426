import type { Command } from '../domain/commands';
import { mayManageEvent } from '../domain/rights';
import type { EventFacts, Ticket } from '../domain/inventory-state';
import { ticketsToLoad, UNDIVIDED_TICKETS_MAX } from '../domain/pieces';

/** The data that must be loaded to decide a set of commands. */
export interface Requirements {
  /** People who must have an account. */
  readonly accounts: Set<number>;
  /** People whose rights on the event are needed. */
  readonly staff: Set<number>;
  /** People whose waitlist entries are needed. */
  readonly waiting: Set<number>;
  readonly entryIds: Set<number>;
  /** How many of their active tickets to load, by person, the one given out last first. */
  readonly holders: Map<number, number>;
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
    staff: new Set(),
    waiting: new Set(),
    entryIds: new Set(),
    holders: new Map(),
    bookingIds: new Set(),
    capped: new Set(),
    names: new Set(),
    addedTickets: 0,
    reorderings: 0,
  };
  for (const command of commands) addRequirements(requirements, event, command);
  // A named ticket may be one of those that its holder's own command would give back.
  const named = requirements.bookingIds.size;
  for (const [userId, limit] of requirements.holders) {
    requirements.holders.set(userId, limit + named);
  }
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
  // Organizers and admins have every right.
  if ('actor' in command && !mayManageEvent(command.actor, event)) {
    requirements.staff.add(command.actor.id);
  }
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
      addHolder(requirements, command.holderId, command.quantity);
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
      addHolder(requirements, command.userId, null);
      requirements.waiting.add(command.userId);
      requirements.reorderings += 1;
      return;
  }
}

/** Several commands may give back tickets of one person, each after those before it. */
function addHolder(requirements: Requirements, userId: number, quantity: number | null): void {
  const known = requirements.holders.get(userId) ?? 0;
  requirements.holders.set(userId, known + ticketsToLoad(quantity));
}

/**
 * How much of the queue can come into play: one entry for each ticket that may become free (each
 * wants at least one), one for each former holder of such tickets, who is passed over, and one for
 * each entry that may leave its place in the same batch.
 *
 * @param tickets number of tickets that the commands may cancel
 */
export function headSize(
  tickets: readonly Pick<Ticket, 'holderId'>[],
  { addedTickets, reorderings }: Requirements,
): number {
  const freed = tickets.length + Math.min(addedTickets, UNDIVIDED_TICKETS_MAX);
  const formerHolders = new Set(tickets.map(({ holderId }) => holderId)).size;
  return freed === 0 ? 0 : freed + formerHolders + reorderings;
}
