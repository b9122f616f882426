import type { EventFacts } from './inventory-state';
import { refusal, type Refusal } from './outcomes';

/** Whether an event's tickets can be booked at a moment, and why not. */
export type SaleStatus = 'scheduled' | 'on_sale' | 'ended' | 'cancelled';

type SaleFacts = Pick<EventFacts, 'status' | 'saleStartsAt' | 'saleEndsAt'>;

/** Longest wait that a refusal before the start asks for. The start may be moved meanwhile. */
const MAX_RETRY_SECONDS = 3_600;

/**
 * The sale includes its start and excludes its end. An open end on either side is null.
 *
 * @param now by the database's clock, so that it is the same for all server processes
 */
export function saleStatusAt(event: SaleFacts, now: Date): SaleStatus {
  if (event.status === 'cancelled') return 'cancelled';
  if (event.saleStartsAt !== null && now < event.saleStartsAt) return 'scheduled';
  if (event.saleEndsAt !== null && now >= event.saleEndsAt) return 'ended';
  return 'on_sale';
}

/** Refuses a booking or a new waitlist entry outside the sale, whoever asks for it. */
export function refuseOutsideSale(event: SaleFacts, now: Date): Refusal | undefined {
  switch (saleStatusAt(event, now)) {
    case 'scheduled':
      return saleNotStarted(event.saleStartsAt!, now);
    case 'ended':
      return refusal('SALE_ENDED', 'Tickets for this event are no longer on sale');
    case 'cancelled':
      return refusal('EVENT_CANCELLED', 'This event was cancelled');
    case 'on_sale':
      return undefined;
  }
}

function saleNotStarted(startsAt: Date, now: Date): Refusal {
  const start = startsAt.toISOString();
  const seconds = Math.ceil((startsAt.getTime() - now.getTime()) / 1_000);
  return {
    refused: true,
    code: 'SALE_NOT_STARTED',
    message: `Tickets for this event are on sale from ${start}`,
    fact: { field: 'sale_starts_at', value: start },
    retryAfterSeconds: Math.min(MAX_RETRY_SECONDS, seconds),
  };
}
