/**
 * Answers that are finished where the change is made, and stored with it for a replay. What an answer
 * looks like is known by the kind of the outcome alone, so no command carries a function.
 */
import type { EventSnapshot } from '../domain/inventory-state';
import type { Acceptance, TicketsBooked } from '../domain/outcomes';
import type { StoredAnswer } from '../inventory/idempotency';
import { created, envelopeOf, ok, type Answer } from './answer';
import { presentDryRun, presentEvent } from './events.presenter';
import { presentBookingResult, presentCancellation } from './tickets.presenter';
import { presentEntry } from './waitlists.presenter';

const BOOKED_MESSAGES: Readonly<Record<TicketsBooked['outcome'], string>> = {
  booked: 'All tickets booked',
  partially_booked: 'Some tickets booked, the rest are on the waitlist',
  waitlisted: 'Sold out: you are on the waitlist',
};

/** The answer to an accepted command. */
export function finishCommand(acceptance: Acceptance, isDryRun: boolean): StoredAnswer {
  return finished(answerTo(acceptance, isDryRun));
}

/** The answer to the creation of an event. */
export function finishCreation(event: EventSnapshot): StoredAnswer {
  return finished(created('Event created', presentEvent(event)));
}

function finished(answer: Answer): StoredAnswer {
  return { status: answer.status, body: JSON.stringify(envelopeOf(answer)) };
}

function answerTo(acceptance: Acceptance, isDryRun: boolean): Answer {
  switch (acceptance.kind) {
    case 'book':
      return created(bookedMessage(acceptance), presentBookingResult(acceptance));
    case 'cancel-held':
    case 'cancel-bookings':
      return ok('Tickets cancelled', presentCancellation(acceptance));
    case 'join':
      return created('You are on the waitlist', presentEntry(positioned(acceptance)));
    case 'lower':
      return ok('Waitlist entry changed', presentEntry(positioned(acceptance)));
    case 'prioritize':
      return ok('Priority changed', presentEntry(positioned(acceptance)));
    case 'leave':
      return ok('Removed from the waitlist', null);
    case 'update-event':
      return isDryRun
        ? ok('Dry run: nothing was changed', presentDryRun(acceptance))
        : ok('Event changed', presentEvent(acceptance.event));
    case 'cancel-event':
      return ok('Event cancelled', presentEvent(acceptance.event));
    case 'delete-account':
      return ok('Account deleted', null);
  }
}

function bookedMessage({ outcome, waitlisted }: TicketsBooked): string {
  const isShort = outcome === 'partially_booked' && waitlisted.length === 0;
  return isShort ? 'Fewer tickets booked, as there are no more' : BOOKED_MESSAGES[outcome];
}

function positioned<T extends { readonly position: number | null }>(
  changed: T,
): T & { readonly position: number } {
  const { position } = changed;
  if (position === null) throw new Error('A written entry has a position');
  return { ...changed, position };
}
