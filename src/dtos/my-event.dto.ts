import { MAX_TICKETS } from './common.dto';
import {
  Id,
  ListOf,
  ListOfText,
  MAX_COUNT,
  NestedOrNull,
  WholeNumber,
  WholeNumberOrNull,
} from './fields';
import { BookingDto } from './tickets.dto';
import { WaitlistEntryDto } from './waitlists.dto';

export const ACTIONS = ['book', 'cancel', 'join', 'lower', 'leave'] as const;
export type ActionName = (typeof ACTIONS)[number];

export class MyEventDto {
  @Id('Event id')
  event_id!: number;

  @ListOf("The caller's active tickets, the first 1,000", () => BookingDto)
  bookings!: BookingDto[];

  @WholeNumber('Active tickets that the caller holds', { min: 0, max: MAX_TICKETS, example: 1 })
  tickets_held!: number;

  @NestedOrNull(
    "The caller's waitlist entry; null if the caller does not wait",
    () => WaitlistEntryDto,
  )
  waitlist_entry!: WaitlistEntryDto | null;

  @WholeNumberOrNull(
    'Tickets wanted by people ahead of the caller; null if the caller does not wait',
    {
      min: 0,
      max: MAX_COUNT,
      example: null,
    },
  )
  tickets_ahead!: number | null;

  @ListOfText('What the caller may do next', ACTIONS)
  allowed_actions!: ActionName[];

  @WholeNumber('Version of the event that this state belongs to', {
    min: 0,
    max: MAX_COUNT,
    example: 1,
  })
  version!: number;
}
