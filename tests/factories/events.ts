import { randomUUID } from 'node:crypto';
import type { TestApi } from '../support/http/test-api';
import { makePerson, type Person } from './people';

export interface EventWish {
  readonly total?: number;
  readonly cap?: number | null;
  readonly organizer?: Person;
  readonly name?: string;
  /** Further fields of the request. */
  readonly more?: Readonly<Record<string, unknown>>;
}

export interface MadeEvent {
  readonly id: number;
  readonly name: string;
  readonly organizer: Person;
}

/** A new event, with a new organizer if none is given. */
export async function makeEvent(api: TestApi, wish: EventWish = {}): Promise<MadeEvent> {
  const organizer = wish.organizer ?? (await makePerson(api.container));
  const name = wish.name ?? `Concert ${randomUUID()}`;
  const { status, body } = await api.post('/api/events/initialize', organizer.token, {
    event_name: name,
    total_tickets: wish.total ?? 10,
    ...(wish.cap === undefined ? {} : { max_tickets_per_user: wish.cap }),
    ...wish.more,
  });
  if (status !== 201) throw new Error(`No event was made: ${JSON.stringify(body)}`);
  return { id: body.data.id as number, name, organizer };
}

/** An event whose tickets are all held by its organizer. */
export async function makeSoldOutEvent(api: TestApi, wish: EventWish = {}): Promise<MadeEvent> {
  const event = await makeEvent(api, wish);
  const { status } = await api.post('/api/tickets/book', event.organizer.token, {
    event_id: event.id,
    quantity: wish.total ?? 10,
  });
  if (status !== 201) throw new Error('The event could not be sold out');
  return event;
}
