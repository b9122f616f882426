import { ApiError } from '../errors/api-error';
import type { EventReader } from '../services/event-reader';
import type { ApiHandler } from './locals';

/**
 * Looks at the event before anything is locked, hands on what it saw, and answers for hopeless
 * requests. One read, no transaction, and only advice: the truth is decided under the event's lock.
 *
 * @param mustBeActive whether a cancelled event is hopeless
 */
export function checkAvailability(
  events: EventReader,
  { mustBeActive }: { readonly mustBeActive: boolean },
): ApiHandler {
  return async (_request, { locals }, next) => {
    // A request that was answered before is answered the same, whatever has become of the event.
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
