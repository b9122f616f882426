import type { Services } from '../controllers/services';
import type { EventSnapshot } from '../domain/inventory-state';
import { refuseOutsideSale } from '../domain/sale-window';
import { refusalError } from '../services/commands.service';
import type { ApiHandler, Locals } from './locals';

/** How long requests with a key are spared the read, once an event was seen on sale. */
const ON_SALE_KNOWN_MS = 1_000;
/** Events remembered as on sale. */
const KNOWN_EVENTS_MAX = 1_000;

/**
 * Reads the event before anything is locked, passes it on, and rejects requests that cannot succeed.
 * One read without a transaction, shared by all that wait at the same moment. It only rejects what was
 * hopeless at that moment; everything else is decided under the event's lock.
 *
 * @param mustBeOnSale whether to reject requests outside the sale, and for a cancelled event
 */
export function checkAvailability(
  { eventReader, keyReader }: Pick<Services, 'eventReader' | 'keyReader'>,
  { mustBeOnSale }: { readonly mustBeOnSale: boolean },
): ApiHandler {
  /** Until when, on the `performance.now()` clock, by event id. */
  const onSaleUntil = new Map<number, number>();

  function remember({ id }: EventSnapshot): void {
    if (onSaleUntil.size >= KNOWN_EVENTS_MAX) onSaleUntil.clear();
    onSaleUntil.set(id, performance.now() + ON_SALE_KNOWN_MS);
  }

  return async (_request, { locals }, next) => {
    const eventId = eventIdIn(locals.params) ?? eventIdIn(locals.body) ?? 0;
    const { idempotencyKey } = locals;
    if (idempotencyKey && (onSaleUntil.get(eventId) ?? 0) > performance.now()) {
      next();
      return;
    }
    const event = await eventReader.find(eventId);
    const refusal = mustBeOnSale ? refuseOutsideSale(event, event.asOf) : undefined;
    if (!refusal) remember(event);
    // The key is read after the event: what its first request did before the event was as it is now
    // has been committed, and a replay gets the stored answer.
    else if (!idempotencyKey || !(await keyReader.isKnown(eventId, idempotencyKey))) {
      throw refusalError(refusal);
    }
    locals.event = event;
    next();
  };
}

function eventIdIn(input: Locals['body']): number | undefined {
  return 'event_id' in input && typeof input.event_id === 'number' ? input.event_id : undefined;
}
