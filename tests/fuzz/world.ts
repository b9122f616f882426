import jwt from 'jsonwebtoken';
import type { DatabaseSettings } from '../../src/config/config';
import { Migrator } from '../../src/database/migrator';
import type { Role } from '../../src/domain/rights';
import { makePeople, type Person } from '../factories/people';
import { TestApi } from '../support/http/test-api';
import { until } from '../support/setup/until';

/** The callers: people with a valid token, and invalid tokens. */
export const LIVE_ACTORS = ['user', 'organizer', 'admin'] as const;
export const DEAD_ACTORS = ['none', 'garbage', 'expired', 'foreign', 'huge'] as const;
export type LiveActor = (typeof LIVE_ACTORS)[number];
export type DeadActor = (typeof DEAD_ACTORS)[number];

/** How many of each kind are remembered: few events, so that they sell out. */
const REMEMBERED = 40;
const REMEMBERED_EVENTS = 8;
/** People of one role at the same time, also created together. */
const PEOPLE: Readonly<Record<Role, number>> = { user: 4, organizer: 2, admin: 2 };
const SPARES = 100;

type Memory = 'event' | 'user' | 'booking' | 'entry' | 'cursor' | 'etag' | 'refresh';

/** What a run knows of the server's data, so that its requests reach something. */
export class FuzzWorld {
  readonly #people: Record<Role, Person[]> = { user: [], organizer: [], admin: [] };
  readonly #spares: Record<Role, Person[]> = { user: [], organizer: [], admin: [] };
  readonly #seen: Record<Memory, (string | number)[]> = {
    event: [],
    user: [],
    booking: [],
    entry: [],
    cursor: [],
    etag: [],
    refresh: [],
  };

  readonly #deadTokens: Readonly<Record<DeadActor, string | undefined>>;

  private constructor(readonly observer: TestApi) {
    const { secret } = observer.container.config.auth;
    const [iss, aud] = ['event-ticket-booking-api', 'event-ticket-booking-api'];
    const claims = { ver: 0, sub: '1', iss, aud };
    this.#deadTokens = {
      none: undefined,
      garbage: 'Bearer not.a.token',
      huge: `Bearer ${'x'.repeat(9_000)}`,
      foreign: `Bearer ${jwt.sign(claims, 'the secret of someone else', { expiresIn: '9h' })}`,
      expired: `Bearer ${jwt.sign(claims, secret, { expiresIn: -60 })}`,
    };
  }

  /** @param settings a separate database, which may be empty */
  static async open(settings: DatabaseSettings): Promise<FuzzWorld> {
    await new Migrator(settings).up();
    const world = new FuzzWorld(await TestApi.start({ database: settings }));
    for (const role of LIVE_ACTORS) {
      for (let count = 0; count < PEOPLE[role]; count += 1) {
        world.#people[role].push(await world.#spare(role));
      }
    }
    return world;
  }

  close(): Promise<void> {
    return this.observer.close();
  }

  person(role: LiveActor, index: number): Person {
    const people = this.#people[role];
    return people[index % people.length]!;
  }

  /** Replaces a person whose token has ended with a new one. */
  async replace(role: LiveActor, gone: Person): Promise<void> {
    const index = this.#people[role].indexOf(gone);
    if (index >= 0) this.#people[role][index] = await this.#spare(role);
  }

  /** The value of an Authorization header, undefined for none. */
  deadToken(actor: DeadActor): string | undefined {
    return this.#deadTokens[actor];
  }

  /**
   * Replaces placeholders with known values, including the quotes around numbers.
   *
   * @param self the caller
   */
  render(text: string, self: Person | undefined): string {
    return text.replace(/"?@@(\w+):(\d+)@@"?/g, (found, name: string, index: string) => {
      const value = this.#valueOf(name, Number(index), self);
      const isQuoted = found.startsWith('"') && found.endsWith('"');
      return typeof value === 'string' && isQuoted ? JSON.stringify(value) : String(value);
    });
  }

  #valueOf(name: string, index: number, self: Person | undefined): string | number {
    if (name === 'self') return self?.id ?? 1;
    if (name === 'email') return this.person('user', index).email;
    const seen = this.#seen[name as Memory];
    return seen[index % Math.max(seen.length, 1)] ?? (name === 'cursor' ? 'WzFd' : 1);
  }

  /** Remembers the ids and cursors in an answer. */
  learn(body: unknown, headers: Readonly<Record<string, string>>): void {
    if (headers.etag !== undefined) this.#remember('etag', headers.etag);
    if (typeof body !== 'object' || body === null) return;
    const { data, meta } = body as { data?: unknown; meta?: { next?: string | null } };
    if (typeof meta?.next === 'string') this.#remember('cursor', meta.next);
    this.#learnFrom(data);
  }

  #learnFrom(data: unknown): void {
    if (Array.isArray(data)) {
      for (const entry of data.slice(0, 3)) this.#learnFrom(entry);
      return;
    }
    if (typeof data !== 'object' || data === null) return;
    const row = data as Record<string, unknown>;
    if (typeof row.id === 'number') {
      if ('event_name' in row) this.#remember('event', row.id);
      else if ('ticket_no' in row) this.#remember('booking', row.id);
      else if ('priority' in row) this.#remember('entry', row.id);
      else if ('role' in row) this.#remember('user', row.id);
    }
    if (typeof row.refresh_token === 'string') this.#remember('refresh', row.refresh_token);
    for (const inner of ['bookings', 'user', 'waitlist_entry']) this.#learnFrom(row[inner]);
  }

  #remember(what: Memory, value: string | number): void {
    const seen = this.#seen[what];
    if (seen.includes(value)) return;
    seen.push(value);
    if (seen.length > (what === 'event' ? REMEMBERED_EVENTS : REMEMBERED)) seen.shift();
  }

  async #spare(role: Role): Promise<Person> {
    const spares = this.#spares[role];
    // On SQLite the server may hold the file's one lock.
    await until(async () => spares.length > 0 || (await this.#makeSpares(role)));
    const person = spares.pop()!;
    this.#remember('user', person.id);
    return person;
  }

  async #makeSpares(role: Role): Promise<boolean> {
    try {
      this.#spares[role].push(...(await makePeople(this.observer.container, SPARES, role)));
      return true;
    } catch (error) {
      if ((error as Error).message.includes('database is locked')) return false;
      throw error;
    }
  }
}
