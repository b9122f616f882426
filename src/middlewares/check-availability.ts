import { ApiError } from '../errors/api-error';
import type { EventReader } from '../services/event-reader';
import type { ApiHandler } from './locals';

/**
 * Reads the event before anything is locked, passes it on, and rejects requests that cannot succeed.
 * One read without a transaction, and only a hint: the decision is made under the event's lock.
 *
 * @param mustBeActive whether to reject requests for a cancelled event
 */
export function checkAvailability(
  events: EventReader,
  { mustBeActive }: { readonly mustBeActive: boolean },
): ApiHandler {
  return async (_request, { locals }, next) => {
    // A replay gets the stored answer, even if the event has changed since.
    if (locals.idempotencyKey === undefined) {
      const event = await events.find(eventIdIn(locals.params) ?? eventIdIn(locals.body) ?? 0);
      if (mustBeActive && event.status === 'cancelled') {
        throw new ApiError('EVENT_CANCELLED', 'This event was cancelled');
      }
      locals.event = event;
    }
    next();
  };
}

function eventIdIn(input: object): number | undefined {
  return 'event_id' in input && typeof input.event_id === 'number' ? input.event_id : undefined;
}
