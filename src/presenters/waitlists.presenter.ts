import type { ListedWaitlistEntryDto, WaitlistEntryDto } from '../dtos/waitlists.dto';
import type { EntryWithPosition } from '../inventory/queue-positions';
import type { ListedEntry } from '../services/waitlist-reader';

export function presentEntry({ eventId, entry, position }: EntryWithPosition): WaitlistEntryDto {
  if (entry.entryId === null) throw new Error('Only written entries are presented');
  return {
    id: entry.entryId,
    event_id: eventId,
    user_id: entry.userId,
    quantity: entry.quantity,
    position,
    priority: entry.priority,
    createdAt: entry.createdAt.toISOString(),
    updatedAt: entry.updatedAt.toISOString(),
  };
}

export function presentListedEntry(listed: ListedEntry): ListedWaitlistEntryDto {
  return {
    ...presentEntry(listed),
    ...(listed.email === undefined ? {} : { email: listed.email }),
  };
}
