import { PageQuery } from './common.dto';
import { Examples } from './examples';
import { Email, FromText, Id, LargeId, MAX_COUNT, Optional, Text, WholeNumber } from './fields';
import { Timestamp } from './moment-field';

/** The most tickets in one booking or one waitlist entry. */
export const MAX_QUANTITY = 1_000;
const MAX_PRIORITY = 100;
const MAX_REASON_CHARACTERS = 255;

@Examples({ 'Wait for one ticket': { event_id: 1 }, 'Wait for two': { event_id: 1, quantity: 2 } })
export class JoinWaitlistBody {
  @Id('Event id')
  event_id!: number;

  @Optional()
  @WholeNumber('Tickets wanted', { min: 1, max: MAX_QUANTITY, default: 1, example: 1 })
  quantity: number = 1;

  @Optional()
  @Id('Your own account id, the default; an admin may act for another person')
  user_id?: number;
}

@Examples({ 'Wait for only one': { quantity: 1 } })
export class LowerWaitlistBody {
  @WholeNumber('Tickets still wanted; not more than now', {
    min: 1,
    max: MAX_QUANTITY,
    example: 1,
  })
  quantity!: number;
}

@Examples({
  'Serve before others': { priority: 10, reason: 'Wheelchair place promised by phone' },
})
export class PrioritizeBody {
  @WholeNumber('Higher is served first', { min: 0, max: MAX_PRIORITY, example: 10 })
  priority!: number;

  @Text('Reason; kept in the audit log', {
    min: 1,
    max: MAX_REASON_CHARACTERS,
    example: 'Wheelchair place promised by phone',
  })
  reason!: string;
}

export class LeaveWaitlistQuery {
  @Optional()
  @FromText()
  @Id('Account id of the person to remove, by default your own; for the organizer and admins')
  user_id?: number;
}

export class ListWaitlistQuery extends PageQuery {
  @Optional()
  @FromText()
  @Id('Only entries for this event')
  event_id?: number;

  @Optional()
  @FromText()
  @Id("Only this person's entries")
  user_id?: number;
}

export class WaitlistEntryDto {
  @LargeId('Waitlist entry id')
  id!: number;

  @Id('Event id')
  event_id!: number;

  @Id('Account id of the person who waits')
  user_id!: number;

  @WholeNumber('Tickets still wanted', { min: 1, max: MAX_QUANTITY, example: 1 })
  quantity!: number;

  @WholeNumber('Position in the queue, from 1', { min: 1, max: MAX_COUNT, example: 1 })
  position!: number;

  @WholeNumber('Higher is served first', { min: 0, max: MAX_PRIORITY, example: 0 })
  priority!: number;

  @Timestamp('When the person joined')
  createdAt!: string;

  @Timestamp('When the entry was last changed')
  updatedAt!: string;
}

/** An entry in a list, which everyone may read. */
export class ListedWaitlistEntryDto extends WaitlistEntryDto {
  @Optional()
  @Email("Shown for your own entries, and to the event's organizer and admins")
  email?: string;
}
