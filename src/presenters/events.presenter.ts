import type { EventFacts } from '../domain/inventory-state';
import type { EventUpdated } from '../domain/outcomes';
import type {
  AvailabilityDto,
  EventDto,
  EventStatusDto,
  MyEventDto,
  UpdatedEventDto,
} from '../dtos/events.dto';
import type { MyEvent } from '../services/my-event-reader';
import { presentBooking } from './tickets.presenter';
import { presentEntry } from './waitlists.presenter';

/** Promotions told one by one in a dry run; of more, only the number. */
const TOLD_PROMOTIONS_MAX = 1_000;

export function presentEvent(event: EventFacts): EventDto {
  return {
    id: event.id,
    event_name: event.name,
    total_tickets: event.totalTickets,
    available_tickets: event.availableTickets,
    status: event.status,
    organizer_id: event.organizerId,
    max_tickets_per_user: event.maxTicketsPerUser,
    version: event.version,
    createdAt: event.createdAt.toISOString(),
    updatedAt: event.updatedAt.toISOString(),
  };
}

export function presentEventStatus(event: EventFacts): EventStatusDto {
  return {
    ...presentEvent(event),
    waitlist_count: event.waitlistCount,
    waitlist_tickets: event.waitlistTickets,
  };
}

export function presentDryRun({
  event,
  promotions,
  promotedTickets,
}: EventUpdated): UpdatedEventDto {
  return {
    ...presentEvent(event),
    dry_run: true,
    promotions: promotions
      .slice(0, TOLD_PROMOTIONS_MAX)
      .map(({ userId, quantity, stillWanted }) => ({
        user_id: userId,
        quantity,
        still_wanted: stillWanted,
      })),
    promoted_tickets: promotedTickets,
  };
}

export function presentAvailability(event: EventFacts): AvailabilityDto {
  return {
    event_id: event.id,
    status: event.status,
    total_tickets: event.totalTickets,
    available_tickets: event.availableTickets,
    version: event.version,
  };
}

export function presentMyEvent(mine: MyEvent): MyEventDto {
  return {
    event_id: mine.eventId,
    bookings: mine.tickets.map((ticket) => presentBooking({ eventId: mine.eventId, ticket })),
    tickets_held: mine.ticketsHeld,
    waitlist_entry: mine.entry && presentEntry(mine.entry),
    tickets_ahead: mine.entry && mine.entry.ticketsAhead,
    allowed_actions: [...mine.allowedActions],
    version: mine.version,
  };
}
