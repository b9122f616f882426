import type { Change } from './changes';
import type { BookTickets } from './commands';
import { accept, refuse, type Decision } from './decision';
import type { EventInventory } from './event-inventory';
import { DEFAULT_PRIORITY, type Ticket, type WaitlistEntry } from './inventory-state';
import { refusal, type TicketsBooked, type WaitlistPosition } from './outcomes';
import { refuseIfShort, refuseMissingUsers, refuseOverCap } from './rules';

/** The tickets requested for one person, and how many of them the person gets. */
interface Share {
  readonly userId: number;
  readonly wanted: number;
  given: number;
}

/**
 * Issues the available tickets and puts the rest on the waitlist.
 *
 * Each person first gets one ticket, in the order booker, then guests as listed. The booker's
 * further tickets follow. Whatever is missing becomes one waitlist entry per person. A person who
 * is already waiting keeps their entry unchanged. With `ifShort` the booker can choose not to wait.
 */
export function book(inventory: EventInventory, command: BookTickets): Decision {
  const shares = sharesOf(command);
  const problem =
    refuseMissingUsers(
      inventory,
      shares.map((share) => share.userId),
    ) ??
    refuseOverCap(
      inventory,
      shares.map(({ userId, wanted }) => ({ userId, asked: wanted })),
    ) ??
    refuseIfShort(inventory, command);
  if (problem) return refuse(inventory, problem);

  const tickets = allot(inventory, command, shares);
  const { changes, waitlisted } = waitlistTheRest(inventory, command, shares);
  if (tickets.length === 0 && waitlisted.length === 0) {
    return refuse(
      inventory,
      refusal(
        'ALREADY_WAITLISTED',
        'Sold out, and everyone in this booking is already on the waitlist',
      ),
    );
  }
  const issued = tickets.map((ticket): Change => ({ type: 'ticket-issued', ticket }));
  return accept(inventory, { changes: [...issued, ...changes] }, (after) => ({
    refused: false,
    eventId: inventory.event.id,
    kind: 'book',
    outcome: outcomeOf(tickets.length, command.quantity),
    tickets,
    waitlisted,
    availableTickets: after.availableTickets,
    version: after.version,
  }));
}

function outcomeOf(given: number, wanted: number): TicketsBooked['outcome'] {
  if (given === wanted) return 'booked';
  return given === 0 ? 'waitlisted' : 'partially_booked';
}

function sharesOf({ userId, additionalUsers, quantity }: BookTickets): Share[] {
  const own = quantity - additionalUsers.length;
  const guests = additionalUsers.map((guest): Share => ({ userId: guest, wanted: 1, given: 0 }));
  return own > 0 ? [{ userId, wanted: own, given: 0 }, ...guests] : guests;
}

/** Distributes the stock over the shares and counts it in `given`. */
function allot(inventory: EventInventory, command: BookTickets, shares: Share[]): Ticket[] {
  const tickets: Ticket[] = [];
  const give = (share: Share, most: number): void => {
    for (let n = 0; n < most && tickets.length < inventory.stock; n += 1) {
      share.given += 1;
      tickets.push({
        bookingId: null,
        ticketNo: inventory.event.nextTicketNo + tickets.length,
        holderId: share.userId,
        bookedBy: command.bookedBy,
        status: 'booked',
        createdAt: inventory.now,
        updatedAt: inventory.now,
      });
    }
  };
  for (const share of shares) give(share, 1);
  for (const share of shares) give(share, share.wanted - 1);
  return tickets;
}

function waitlistTheRest(
  inventory: EventInventory,
  command: BookTickets,
  shares: readonly Share[],
): { changes: Change[]; waitlisted: WaitlistPosition[] } {
  if (command.ifShort === 'take') return { changes: [], waitlisted: [] };
  const newcomers = shares.filter(
    (share) => share.given < share.wanted && !inventory.entryOf(share.userId),
  );
  const entries = newcomers.map((share, index): WaitlistEntry => ({
    entryId: null,
    userId: share.userId,
    requestedBy: command.bookedBy,
    quantity: share.wanted - share.given,
    priority: DEFAULT_PRIORITY,
    queueNo: inventory.event.nextQueueNo + index,
    createdAt: inventory.now,
    updatedAt: inventory.now,
  }));
  return {
    changes: entries.map((entry) => ({ type: 'entry-added', entry })),
    waitlisted: entries.map(({ userId, quantity }, index) => ({
      userId,
      quantity,
      position: inventory.event.waitlistCount + 1 + index,
    })),
  };
}
