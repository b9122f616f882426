import { makeEvent } from '../../../factories/events';
import { newRefreshToken } from '../../../../src/auth/refresh-token';
import { makeKey, makePerson, PASSWORD, type Key, type Person } from '../../../factories/people';
import type { TestApi } from '../test-api';
import type { Caller, Owner } from './access-case';

/** An id that does not exist. */
const MISSING_ID = 2_147_483_647;
const WAITED_FOR = 2;

type Part = Exclude<Caller, 'no token' | 'key'> | 'other holder' | 'other organizer' | 'waiting';

/** A sold-out event with one ticket, which the booker booked for the holder. */
interface Sold {
  readonly eventId: number;
  readonly ticketId: number;
  readonly entryId: number;
}

/**
 * People and their events. Holder, booker and organizer belong to the event `own`, none of them to
 * `another's`. The admin's own event is a third one.
 */
export class Stage {
  readonly #people = new Map<Part, Promise<Person>>();
  readonly #events = new Map<string, Promise<Sold>>();

  constructor(private readonly api: TestApi) {}

  person(part: Part): Promise<Person> {
    const role = part === 'admin' ? 'admin' : part.endsWith('organizer') ? 'organizer' : 'user';
    return remembered(this.#people, part, () => makePerson(this.api.container, role));
  }

  /** Logs in, and returns the refresh token of the new session. */
  async refreshToken(part: Part): Promise<string> {
    const { email } = await this.person(part);
    const { body } = await this.api.post('/api/auth/login', undefined, {
      email,
      password: PASSWORD,
    });
    return body.data.refresh_token as string;
  }

  /** Makes an API key. */
  key(userId: number): Promise<Key> {
    return makeKey(this.api.container, userId);
  }

  sold(caller: Caller, owner: Owner): Promise<Sold> {
    if (owner === 'missing') {
      return Promise.resolve({ eventId: MISSING_ID, ticketId: MISSING_ID, entryId: MISSING_ID });
    }
    if (owner === 'another’s') return this.#sell('other organizer', 'other holder', 'other holder');
    return caller === 'admin'
      ? this.#sell('admin', 'admin', 'admin')
      : this.#sell('organizer', 'booker', 'holder');
  }

  /** Gives a person a right for an event. */
  async makeStaff(eventId: number, userId: number): Promise<void> {
    const now = new Date();
    await this.api.container.database.models.EventStaff.upsert({
      event_id: eventId,
      user_id: userId,
      rights: 'tickets',
      createdAt: now,
      updatedAt: now,
    });
  }

  async joinQueue(part: Part, eventId: number): Promise<number> {
    const { token } = await this.person(part);
    const body = { event_id: eventId, quantity: WAITED_FOR };
    return idIn(await this.api.post('/api/waitinglists/join-waitlist', token, body));
  }

  #sell(organizer: Part, booker: Part, holder: Part): Promise<Sold> {
    return remembered(this.#events, organizer, async () => {
      const event = await makeEvent(this.api, {
        total: 1,
        organizer: await this.person(organizer),
      });
      const guests = booker === holder ? [] : [(await this.person(holder)).id];
      const { body } = await this.api.post('/api/tickets/book', (await this.person(booker)).token, {
        event_id: event.id,
        quantity: 1,
        additionalUsers: guests,
      });
      return {
        eventId: event.id,
        ticketId: body.data.bookings[0].id as number,
        entryId: await this.joinQueue('waiting', event.id),
      };
    });
  }
}

/** The stage for one caller and the owner of one resource. */
export class Scene {
  constructor(
    private readonly stage: Stage,
    private readonly caller: Caller,
    readonly owner: Owner,
  ) {}

  async token(): Promise<string | undefined> {
    if (this.caller === 'no token') return undefined;
    const { id, token } = await this.#me();
    return this.caller === 'key' ? (await this.stage.key(id)).text : token;
  }

  async email(): Promise<string> {
    const { email } = await this.#account();
    return email;
  }

  async accountId(): Promise<number> {
    return (await this.#account()).id;
  }

  /** Of the caller, of someone else, or of no session. */
  async refreshToken(): Promise<string> {
    if (this.owner === 'missing') return newRefreshToken().text;
    return this.owner === 'own'
      ? this.stage.refreshToken(this.#part())
      : this.refreshTokenOfOther();
  }

  refreshTokenOfOther(): Promise<string> {
    return this.stage.refreshToken('other holder');
  }

  async keyId(): Promise<number> {
    if (this.owner === 'missing') return MISSING_ID;
    return (await this.stage.key(await this.accountId())).id;
  }

  async eventId(): Promise<number> {
    return (await this.stage.sold(this.caller, this.owner)).eventId;
  }

  /** An event that is the same for every caller and every owner. */
  async anyEventId(): Promise<number> {
    return (await this.stage.sold(this.caller, 'another’s')).eventId;
  }

  /** The event that the account holds a ticket for, if it holds any. */
  async heldEventId(): Promise<number> {
    const owner = this.owner === 'own' && this.caller !== 'stranger' ? 'own' : 'another’s';
    return (await this.stage.sold(this.caller, owner)).eventId;
  }

  async ticketId(): Promise<number> {
    return (await this.stage.sold(this.caller, this.owner)).ticketId;
  }

  /** Someone's entry in the queue of the event. */
  async entryId(): Promise<number> {
    return (await this.stage.sold(this.caller, this.owner)).entryId;
  }

  /** Someone with a right for the event, if there is such an event. */
  async staffId(): Promise<number> {
    const userId = await this.waitingId();
    if (this.owner !== 'missing') await this.stage.makeStaff(await this.eventId(), userId);
    return userId;
  }

  /** The person who waits in every queue. */
  async waitingId(): Promise<number> {
    return (await this.stage.person('waiting')).id;
  }

  /** An event in whose queue the caller waits; for another's event, only others wait. */
  async queueId(): Promise<number> {
    const eventId = await this.eventId();
    if (this.owner === 'own' && this.caller !== 'no token') {
      await this.stage.joinQueue(this.#part(), eventId);
    }
    return eventId;
  }

  async #account(): Promise<Pick<Person, 'id' | 'email'>> {
    if (this.owner === 'missing') return { id: MISSING_ID, email: 'nobody@example.com' };
    return this.owner === 'own' ? this.#me() : this.stage.person('other holder');
  }

  #me(): Promise<Person> {
    return this.stage.person(this.#part());
  }

  #part(): Exclude<Caller, 'no token' | 'key'> {
    if (this.caller === 'key') return 'organizer';
    return this.caller === 'no token' ? 'stranger' : this.caller;
  }
}

function remembered<Key, Value>(
  known: Map<Key, Promise<Value>>,
  key: Key,
  make: () => Promise<Value>,
): Promise<Value> {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}

function idIn({ body }: { body: { data: { id: number } } }): number {
  return body.data.id;
}
