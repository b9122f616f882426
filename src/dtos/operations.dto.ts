import { AUDIT_ACTIONS, type AuditAction } from '../domain/audit-actions';
import { PageQuery } from './common.dto';
import {
  AnyObject,
  Flag,
  FromText,
  Id,
  IdOrNull,
  LargeId,
  ListOf,
  MAX_COUNT,
  Nested,
  OneOf,
  Optional,
  TextOrNull,
  Timestamp,
  WholeNumber,
  WholeNumberOrNull,
  Words,
} from './fields';

export class HealthDto {
  @OneOf('Whether requests can be served', ['ok', 'unavailable'])
  status!: 'ok' | 'unavailable';

  @Optional()
  @Words('What is missing', 'The database is not available')
  reason?: string;
}

export class RowCountsDto {
  @WholeNumber('Ticket rows, cancelled ones included', { min: 0, max: MAX_COUNT, example: 3 })
  tickets!: number;

  @WholeNumber('Active ticket rows', { min: 0, max: MAX_COUNT, example: 2 })
  active_tickets!: number;

  @WholeNumber('Waitlist rows', { min: 0, max: MAX_COUNT, example: 1 })
  waiting!: number;

  @WholeNumber('Tickets that they want in all', { min: 0, max: MAX_COUNT, example: 1 })
  tickets_waited_for!: number;
}

export class EventCountersDto {
  @WholeNumber('How many tickets there are', { min: 1, max: MAX_COUNT, example: 2 })
  total_tickets!: number;

  @WholeNumber('Tickets that nobody holds', { min: 0, max: MAX_COUNT, example: 0 })
  available_tickets!: number;

  @WholeNumber('People waiting', { min: 0, max: MAX_COUNT, example: 1 })
  waitlist_count!: number;

  @WholeNumber('Tickets they want in all', { min: 0, max: MAX_COUNT, example: 1 })
  waitlist_tickets!: number;
}

export class DiscrepancyDto {
  @Words('What does not agree', 'available_tickets is 1, should be 0')
  message!: string;
}

export class ReconciliationDto {
  @Id('The event')
  event_id!: number;

  @WholeNumber("The event's version that was counted", { min: 0, max: MAX_COUNT, example: 4 })
  version!: number;

  @Nested('What the event row says', () => EventCountersDto)
  counter!: EventCountersDto;

  @Nested('What the rows add up to', () => RowCountsDto)
  counted!: RowCountsDto;

  @Flag('Whether the two agree, and nobody waits while there is stock', true)
  consistent!: boolean;

  @ListOf('What does not agree', () => DiscrepancyDto)
  faults!: DiscrepancyDto[];
}

export class ListAuditQuery extends PageQuery {
  @Optional()
  @FromText()
  @Id('Only what concerns this event; needed by organizers')
  event_id?: number;

  @Optional()
  @FromText()
  @Id('Only what this person did, or what was done for them', 9)
  user_id?: number;

  @Optional()
  @OneOf('Only this action', AUDIT_ACTIONS)
  action?: AuditAction;
}

export class AuditEntryDto {
  @LargeId('The entry', 40)
  id!: number;

  @OneOf('What was done', AUDIT_ACTIONS)
  action!: AuditAction;

  @IdOrNull('Who did it; null for the system', 7)
  actor_id!: number | null;

  @IdOrNull('For or to whom', 7)
  user_id!: number | null;

  @IdOrNull('The event', 1)
  event_id!: number | null;

  @WholeNumberOrNull("The event's version after it", { min: 0, max: MAX_COUNT, example: 4 })
  version!: number | null;

  @TextOrNull("Why, in the actor's words", null)
  reason!: string | null;

  @TextOrNull('The request that did it', '0b8f4f3e-9a55-4b43-8f0a-5b1a2f0b7f1d')
  request_id!: string | null;

  @AnyObject('Counts before and after, ticket numbers, who moved up from the waitlist', {
    before: { available_tickets: 1 },
    after: { available_tickets: 0 },
    tickets_given: [1],
  })
  details!: object;

  @Timestamp('When')
  createdAt!: string;
}
