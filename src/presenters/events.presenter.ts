import type { EventSettings, EventSnapshot } from '../domain/inventory-state';
import type { EventUpdated } from '../domain/outcomes';
import { saleStatusAt } from '../domain/sale-window';
import type {
  AvailabilityDto,
  EventDto,
  EventStatusDto,
  UpdatedEventDto,
} from '../dtos/events.dto';
import type { MyEventDto } from '../dtos/my-event.dto';
import type { MyEvent } from '../services/my-event-reader';
import { presentBooking } from './tickets.presenter';
import { presentEntry } from './waitlists.presenter';

/** Most promotions that a dry run lists; the total covers all of them. */
const MAX_LISTED_PROMOTIONS = 1_000;

export function presentEvent(event: EventSnapshot): EventDto {
  return {
    id: event.id,
    event_name: event.name,
    total_tickets: event.totalTickets,
    available_tickets: event.availableTickets,
    status: event.status,
    organizer_id: event.organizerId,
    max_tickets_per_user: event.maxTicketsPerUser,
    starts_at: timeOrNull(event.startsAt),
    sale_starts_at: timeOrNull(event.saleStartsAt),
    sale_ends_at: timeOrNull(event.saleEndsAt),
    sale_status: saleStatusAt(event, event.asOf),
    metadata: metadataOf(event),
    version: event.version,
    createdAt: event.createdAt.toISOString(),
    updatedAt: event.updatedAt.toISOString(),
  };
}

function timeOrNull(moment: Date | null): string | null {
  return moment && moment.toISOString();
}

function metadataOf({ metadata }: EventSettings): EventDto['metadata'] {
  return metadata === null ? null : (JSON.parse(metadata) as EventDto['metadata']);
}

export function presentEventStatus(event: EventSnapshot): EventStatusDto {
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
      .slice(0, MAX_LISTED_PROMOTIONS)
      .map(({ userId, quantity, stillWanted }) => ({
        user_id: userId,
        quantity,
        still_wanted: stillWanted,
      })),
    promoted_tickets: promotedTickets,
  };
}

export function presentAvailability(event: EventSnapshot): AvailabilityDto {
  return {
    event_id: event.id,
    status: event.status,
    sale_status: saleStatusAt(event, event.asOf),
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
