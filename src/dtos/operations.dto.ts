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
  WholeNumber,
  WholeNumberOrNull,
  Words,
} from './fields';
import { Timestamp } from './moment-field';

export class HealthDto {
  @OneOf('Whether requests can be served', ['ok', 'unavailable'])
  status!: 'ok' | 'unavailable';

  @Optional()
  @Words('Why requests cannot be served', 'The database is not available')
  reason?: string;
}

export class RowCountsDto {
  @WholeNumber('Ticket rows, including cancelled ones', { min: 0, max: MAX_COUNT, example: 3 })
  tickets!: number;

  @WholeNumber('Active ticket rows', { min: 0, max: MAX_COUNT, example: 2 })
  active_tickets!: number;

  @WholeNumber('Waitlist rows', { min: 0, max: MAX_COUNT, example: 1 })
  waiting!: number;

  @WholeNumber('Tickets that they want in total', { min: 0, max: MAX_COUNT, example: 1 })
  tickets_waited_for!: number;
}

export class EventCountersDto {
  @WholeNumber('Total number of tickets', { min: 1, max: MAX_COUNT, example: 2 })
  total_tickets!: number;

  @WholeNumber('Available tickets', { min: 0, max: MAX_COUNT, example: 0 })
  available_tickets!: number;

  @WholeNumber('People waiting', { min: 0, max: MAX_COUNT, example: 1 })
  waitlist_count!: number;

  @WholeNumber('Tickets that they want in total', { min: 0, max: MAX_COUNT, example: 1 })
  waitlist_tickets!: number;
}

export class DiscrepancyDto {
  @Words('What differs', 'available_tickets is 1, should be 0')
  message!: string;
}

export class ReconciliationDto {
  @Id('Event id')
  event_id!: number;

  @WholeNumber('Version of the event that was counted', { min: 0, max: MAX_COUNT, example: 4 })
  version!: number;

  @Nested('Counters stored in the event row', () => EventCountersDto)
  counter!: EventCountersDto;

  @Nested('Counts of the ticket and waitlist rows', () => RowCountsDto)
  counted!: RowCountsDto;

  @Flag('Whether both agree, and nobody waits while tickets are available', true)
  consistent!: boolean;

  @ListOf('The discrepancies', () => DiscrepancyDto)
  faults!: DiscrepancyDto[];
}

export class ListAuditQuery extends PageQuery {
  @Optional()
  @FromText()
  @Id('Only entries about this event; required for organizers')
  event_id?: number;

  @Optional()
  @FromText()
  @Id('Only actions by this person or for this person')
  user_id?: number;

  @Optional()
  @OneOf('Only this action', AUDIT_ACTIONS)
  action?: AuditAction;
}

export class AuditEntryDto {
  @LargeId('Audit log entry id', 40)
  id!: number;

  @OneOf('What was done', AUDIT_ACTIONS)
  action!: AuditAction;

  @IdOrNull('Account id of the actor; null for the system')
  actor_id!: number | null;

  @IdOrNull('Account id of the person whom the action concerns')
  user_id!: number | null;

  @IdOrNull('Event id', 1)
  event_id!: number | null;

  @WholeNumberOrNull('Version of the event after the action', {
    min: 0,
    max: MAX_COUNT,
    example: 4,
  })
  version!: number | null;

  @TextOrNull('Reason, as the actor gave it', null)
  reason!: string | null;

  @TextOrNull('Id of the request', '0b8f4f3e-9a55-4b43-8f0a-5b1a2f0b7f1d')
  request_id!: string | null;

  @AnyObject('Counts before and after, ticket numbers, and promotions from the waitlist', {
    before: { available_tickets: 1 },
    after: { available_tickets: 0 },
    tickets_given: [1],
  })
  details!: object;

  @Timestamp('When it happened')
  createdAt!: string;
}
