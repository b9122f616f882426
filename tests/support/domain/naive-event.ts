/**
 * The rules of tickets and queue again, as plain as possible: ticket by ticket, person by person, with
 * everything counted again each time. It is slow and shares nothing with `src/domain` but the rules, so
 * that the two can be compared.
 */
interface NaiveTicket {
  readonly no: number;
  readonly holder: number;
  readonly by: number;
  active: boolean;
}

interface NaiveWaiter {
  readonly user: number;
  readonly by: number;
  wants: number;
  priority: number;
  readonly arrival: number;
}

export type NaiveResult =
  | { readonly refused: string }
  | {
      readonly refused: null;
      readonly tickets?: readonly number[];
      readonly waitlisted?: readonly { user: number; wants: number; position: number }[];
      readonly result?: string;
      readonly reassigned?: number;
      readonly ended?: readonly number[];
      readonly position?: number;
    };

export class NaiveEvent {
  readonly tickets: NaiveTicket[] = [];
  waiters: NaiveWaiter[] = [];
  version = 0;
  /** The time of the next commands, and the sale's first and last moment. */
  now = 0;
  saleFrom = -Infinity;
  saleUntil = Infinity;
  isCancelled = false;
  #arrivals = 0;

  constructor(
    public total: number,
    public cap: number | null,
    readonly people: ReadonlySet<number>,
  ) {}

  get free(): number {
    return this.isCancelled ? 0 : this.total - this.tickets.filter(({ active }) => active).length;
  }

  /** The queue in the order of service. */
  get queue(): NaiveWaiter[] {
    return [...this.waiters].sort((a, b) =>
      a.priority === b.priority ? a.arrival - b.arrival : b.priority - a.priority,
    );
  }

  held(user: number): NaiveTicket[] {
    return this.tickets.filter(({ holder, active }) => active && holder === user);
  }

  book(
    by: number,
    user: number,
    guests: readonly number[],
    quantity: number,
    ifShort: string,
  ): NaiveResult {
    const closed = this.#outsideSale();
    if (closed !== null) return { refused: closed };
    const own = quantity - guests.length;
    const asks = new Map<number, number>();
    if (own > 0) asks.set(user, own);
    for (const guest of guests) asks.set(guest, 1);
    for (const person of asks.keys()) {
      if (!this.people.has(person)) return { refused: 'USER_NOT_FOUND' };
    }
    for (const [person, asked] of asks) {
      if (this.#isOverCap(person, asked)) return { refused: 'TICKET_LIMIT_REACHED' };
    }
    const stock = this.waiters.length > 0 ? 0 : this.free;
    if ((ifShort === 'take' && stock === 0) || (ifShort === 'refuse' && stock < quantity)) {
      return { refused: 'NOT_ENOUGH_TICKETS' };
    }
    // Round by round: everyone's first ticket, then the booker's second, third...
    const turns = [...asks.keys(), ...Array.from({ length: Math.max(0, own - 1) }, () => user)];
    const given: number[] = [];
    const missing = new Map<number, number>();
    for (const person of turns) {
      if (this.free > 0 && this.waiters.length === 0) given.push(this.#give(person, by));
      else missing.set(person, (missing.get(person) ?? 0) + 1);
    }
    const newcomers = [...asks.keys()].filter(
      (person) =>
        ifShort !== 'take' &&
        missing.has(person) &&
        !this.waiters.some((waiter) => waiter.user === person),
    );
    if (given.length === 0 && newcomers.length === 0) return { refused: 'ALREADY_WAITLISTED' };
    const waitlisted = newcomers.map((person) => {
      const wants = missing.get(person)!;
      this.#wait(person, by, wants);
      return { user: person, wants, position: this.waiters.length };
    });
    this.version += 1;
    const result =
      given.length === quantity ? 'booked' : given.length > 0 ? 'partially_booked' : 'waitlisted';
    return { refused: null, tickets: given, waitlisted, result };
  }

  cancelHeld(user: number, quantity: number | null): NaiveResult {
    if (this.isCancelled) return { refused: 'EVENT_CANCELLED' };
    const held = this.held(user).sort((a, b) => b.no - a.no);
    if (held.length === 0) return { refused: 'BOOKING_NOT_FOUND' };
    if (quantity !== null && quantity > held.length) return { refused: 'VALIDATION_FAILED' };
    return this.#giveBack(held.slice(0, quantity ?? held.length));
  }

  /** @param mayCancel whether the caller may cancel that ticket */
  cancelTickets(nos: readonly number[], mayCancel: (no: number) => boolean): NaiveResult {
    if (this.isCancelled) return { refused: 'EVENT_CANCELLED' };
    const tickets = nos.map((no) => this.tickets.find((ticket) => ticket.no === no));
    if (tickets.includes(undefined)) return { refused: 'BOOKING_NOT_FOUND' };
    if (nos.some((no) => !mayCancel(no))) return { refused: 'FORBIDDEN' };
    const found = tickets as NaiveTicket[];
    if (found.some(({ active }) => !active)) return { refused: 'BOOKING_ALREADY_CANCELLED' };
    return this.#giveBack(found);
  }

  join(by: number, user: number, wants: number): NaiveResult {
    const closed = this.#outsideSale();
    if (closed !== null) return { refused: closed };
    if (!this.people.has(user)) return { refused: 'USER_NOT_FOUND' };
    if (this.#isOverCap(user, wants)) return { refused: 'TICKET_LIMIT_REACHED' };
    if (this.free > 0) return { refused: 'TICKETS_AVAILABLE' };
    if (this.waiters.some((waiter) => waiter.user === user)) {
      return { refused: 'ALREADY_WAITLISTED' };
    }
    this.#wait(user, by, wants);
    this.version += 1;
    return { refused: null, position: this.waiters.length };
  }

  lower(user: number, wants: number): NaiveResult {
    if (this.isCancelled) return { refused: 'EVENT_CANCELLED' };
    const waiter = this.waiters.find((one) => one.user === user);
    if (!waiter) return { refused: 'WAITLIST_ENTRY_NOT_FOUND' };
    if (wants > waiter.wants) return { refused: 'VALIDATION_FAILED' };
    if (wants < waiter.wants) this.version += 1;
    waiter.wants = wants;
    return { refused: null };
  }

  leave(user: number): NaiveResult {
    if (this.isCancelled) return { refused: 'EVENT_CANCELLED' };
    if (!this.waiters.some((one) => one.user === user)) {
      return { refused: 'WAITLIST_ENTRY_NOT_FOUND' };
    }
    this.waiters = this.waiters.filter((one) => one.user !== user);
    this.version += 1;
    return { refused: null };
  }

  /** @param arrival the number of the entry in order of arrival */
  prioritize(arrival: number, priority: number): NaiveResult {
    if (this.isCancelled) return { refused: 'EVENT_CANCELLED' };
    const waiter = this.waiters.find((one) => one.arrival === arrival);
    if (!waiter) return { refused: 'WAITLIST_ENTRY_NOT_FOUND' };
    if (waiter.priority !== priority) this.version += 1;
    waiter.priority = priority;
    return { refused: null };
  }

  /** @param sale the first moment of the sale and the first one after it; null leaves both */
  update(total: number, cap: number | null, sale: readonly [number, number] | null): NaiveResult {
    if (this.isCancelled) return { refused: 'EVENT_CANCELLED' };
    if (total < this.total - this.free) return { refused: 'CAPACITY_BELOW_BOOKED' };
    const [from, until] = sale ?? [this.saleFrom, this.saleUntil];
    if (from >= until) return { refused: 'VALIDATION_FAILED' };
    const isSame =
      total === this.total &&
      cap === this.cap &&
      from === this.saleFrom &&
      until === this.saleUntil;
    if (!isSame) this.version += 1;
    this.total = total;
    this.cap = cap;
    this.saleFrom = from;
    this.saleUntil = until;
    this.#serve();
    return { refused: null };
  }

  cancelEvent(): NaiveResult {
    if (this.isCancelled) return { refused: 'EVENT_CANCELLED' };
    this.isCancelled = true;
    for (const ticket of this.tickets) ticket.active = false;
    this.waiters = [];
    this.version += 1;
    return { refused: null };
  }

  deleteAccount(user: number): NaiveResult {
    if (this.isCancelled) return { refused: 'EVENT_CANCELLED' };
    const held = this.held(user);
    if (held.length === 0 && !this.waiters.some((one) => one.user === user)) {
      return { refused: null };
    }
    this.waiters = this.waiters.filter((one) => one.user !== user);
    for (const ticket of held) ticket.active = false;
    this.#serve();
    this.version += 1;
    return { refused: null };
  }

  #giveBack(tickets: readonly NaiveTicket[]): NaiveResult {
    for (const ticket of tickets) ticket.active = false;
    const former = new Set(tickets.map(({ holder }) => holder));
    const reassigned = this.#serve(former);
    // Nobody waits while tickets are free: only those remain whose tickets these were.
    const ended = this.free > 0 ? this.queue.map(({ user }) => user) : [];
    this.waiters = this.waiters.filter(({ user }) => !ended.includes(user));
    this.version += 1;
    return { refused: null, tickets: tickets.map(({ no }) => no), reassigned, ended };
  }

  /** Gives free tickets, one by one, to the first in the queue whose tickets they were not. */
  #serve(former: ReadonlySet<number> = new Set()): number {
    let served = 0;
    const next = (): NaiveWaiter | undefined => this.queue.find(({ user }) => !former.has(user));
    for (let first = next(); first && this.free > 0; first = next()) {
      this.#give(first.user, first.by);
      first.wants -= 1;
      served += 1;
      const done = first;
      if (first.wants === 0) this.waiters = this.waiters.filter((one) => one !== done);
    }
    return served;
  }

  #give(holder: number, by: number): number {
    const no = this.tickets.length + 1;
    this.tickets.push({ no, holder, by, active: true });
    return no;
  }

  #wait(user: number, by: number, wants: number): void {
    this.#arrivals += 1;
    this.waiters.push({ user, by, wants, priority: 0, arrival: this.#arrivals });
  }

  #outsideSale(): string | null {
    if (this.isCancelled) return 'EVENT_CANCELLED';
    if (this.now < this.saleFrom) return 'SALE_NOT_STARTED';
    return this.now < this.saleUntil ? null : 'SALE_ENDED';
  }

  #isOverCap(user: number, asked: number): boolean {
    const waits = this.waiters.find((one) => one.user === user)?.wants ?? 0;
    return this.cap !== null && this.held(user).length + waits + asked > this.cap;
  }
}
