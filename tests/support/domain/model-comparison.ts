import type { Command } from '../../../src/domain/commands';
import type { EventFacts } from '../../../src/domain/inventory-state';
import { findDiscrepancies } from '../../../src/domain/reconcile';
import type { Outcome, Promotion } from '../../../src/domain/outcomes';
import type { Verdict } from '../../../src/inventory/decide-batch';
import { PEOPLE, type Story, type Wish } from './command-arbitraries';
import { MemoryRows } from './memory-rows';
import { NaiveEvent, type NaiveResult } from './naive-event';
import { ADMIN } from './inventory';

/** May cancel anyone's tickets in the generated worlds. */
const ORGANIZER = 1;

/** Tickets are never deleted, so it is enough to compare all of them now and then, and at the end. */
const TICKETS_COMPARED_EVERY = 10;

/** The rows that a wish refers to. */
interface WishFacts {
  readonly bookingIds: readonly number[];
  readonly ticketNos: readonly number[];
  readonly entryId: number;
  readonly arrival: number;
  readonly total: number;
}

/** The same event twice: in the domain with the executor's rules, and in the naive model. */
export class ModelComparison {
  readonly rows: MemoryRows;
  readonly naive: NaiveEvent;
  #steps = 0;

  constructor({ total, cap }: Story) {
    const people = new Set<number>(PEOPLE);
    this.rows = new MemoryRows(newEvent(total, cap), people);
    this.naive = new NaiveEvent(total, cap, people);
  }

  /**
   * Runs wishes on both sides, in the domain as one batch as far as they fit, and compares each result
   * and then the whole state.
   *
   * @returns the decisions of those that ran; the others must run again
   */
  run(wishes: readonly Wish[]): { outcome: Outcome; promotions: readonly Promotion[] }[] {
    this.naive.now += 1;
    this.rows.now = new Date(this.naive.now);
    const facts = wishes.map((wish) => this.#factsOf(wish));
    const commands = wishes.map((wish, index) => this.#commandOf(wish, facts[index]!));
    const verdicts = this.rows.runBatch(commands);
    if (verdicts.length === 0) throw new Error('A batch decided nothing');
    const decided = verdicts.map((one) => this.#decisionOf(one));
    decided.forEach(({ outcome, after }, index) => {
      compare(outcome, this.#runNaively(wishes[index]!, facts[index]!));
      const isStockWhileWaiting = after.availableTickets > 0 && after.waitlistCount > 0;
      expectSame(
        [after.version, after.availableTickets, isStockWhileWaiting],
        [this.naive.version, this.naive.free, false],
      );
    });
    this.#compareStates();
    return decided;
  }

  #decisionOf(verdicts: Verdict): {
    outcome: Outcome;
    promotions: readonly Promotion[];
    after: EventFacts;
  } {
    if (verdicts.kind !== 'decided') throw new Error('No command here has a key');
    return verdicts.decision;
  }

  /** What a wish refers to now, before its batch runs. */
  #factsOf(wish: Wish): WishFacts {
    const bookingIds = wish.kind === 'cancel-bookings' ? this.#bookingIdsOf(wish.picks) : [];
    const entry =
      wish.kind === 'prioritize'
        ? this.rows.queue.find(({ userId }) => userId === wish.user)
        : undefined;
    return {
      bookingIds,
      ticketNos: bookingIds.map((id) => this.rows.bookings.get(id)?.ticketNo ?? 0),
      entryId: entry?.entryId ?? 0,
      arrival: entry?.queueNo ?? 0,
      total: wish.kind === 'update-event' ? Math.max(1, this.naive.total + wish.delta) : 0,
    };
  }

  #commandOf(wish: Wish, facts: WishFacts): Command {
    switch (wish.kind) {
      case 'book':
        return {
          kind: 'book',
          bookedBy: wish.by,
          userId: wish.user,
          additionalUsers: wish.guests,
          quantity: wish.quantity,
          ifShort: wish.ifShort,
        };
      case 'cancel-held':
        return { kind: 'cancel-held', holderId: wish.user, quantity: wish.quantity };
      case 'cancel-bookings':
        return {
          kind: 'cancel-bookings',
          bookingIds: facts.bookingIds,
          actor: { id: wish.by, role: wish.by === ORGANIZER ? 'admin' : 'user' },
        };
      case 'join':
        return {
          kind: 'join',
          userId: wish.user,
          requestedBy: wish.by,
          quantity: wish.quantity,
        };
      case 'lower':
        return { kind: 'lower', userId: wish.user, quantity: wish.quantity };
      case 'leave':
        return { kind: 'leave', userId: wish.user, actor: ADMIN };
      case 'prioritize':
        return {
          kind: 'prioritize',
          entryId: facts.entryId,
          priority: wish.priority,
          actor: ADMIN,
        };
      case 'update-event':
        return {
          kind: 'update-event',
          totalTickets: facts.total,
          maxTicketsPerUser: wish.cap,
          ...(wish.sale && {
            saleStartsAt: momentAfter(this.rows.now, wish.sale.startsIn),
            saleEndsAt: momentAfter(this.rows.now, wish.sale.endsIn),
          }),
          actor: ADMIN,
        };
      case 'cancel-event':
        return { kind: 'cancel-event', actor: ADMIN };
      case 'delete-account':
        return { kind: 'delete-account', userId: wish.user };
    }
  }

  #runNaively(wish: Wish, facts: WishFacts): NaiveResult {
    const { naive } = this;
    switch (wish.kind) {
      case 'book':
        return naive.book(wish.by, wish.user, wish.guests, wish.quantity, wish.ifShort);
      case 'cancel-held':
        return naive.cancelHeld(wish.user, wish.quantity);
      case 'cancel-bookings':
        return naive.cancelTickets(facts.ticketNos, (no) => {
          const ticket = naive.tickets[no - 1]!;
          return [ORGANIZER, ticket.holder, ticket.by].includes(wish.by);
        });
      case 'join':
        return naive.join(wish.by, wish.user, wish.quantity);
      case 'lower':
        return naive.lower(wish.user, wish.quantity);
      case 'leave':
        return naive.leave(wish.user);
      case 'prioritize':
        return naive.prioritize(facts.arrival, wish.priority);
      case 'update-event':
        return naive.update(
          facts.total,
          wish.cap,
          wish.sale && [
            naive.now + (wish.sale.startsIn ?? -Infinity),
            naive.now + (wish.sale.endsIn ?? Infinity),
          ],
        );
      case 'cancel-event':
        return naive.cancelEvent();
      case 'delete-account':
        return naive.deleteAccount(wish.user);
    }
  }

  /** Issued tickets, including cancelled ones, and now and then one that was never issued. */
  #bookingIdsOf(picks: readonly number[]): number[] {
    const ids = [...this.rows.bookings.keys()];
    return [...new Set(picks.map((pick) => ids[pick % (ids.length + 1)] ?? 0))];
  }

  /** Every ticket that was ever issued. */
  compareTickets(): void {
    const { rows, naive } = this;
    expectSame(
      [...rows.bookings.values()].flatMap(({ ticketNo, holderId, bookedBy, status }) => [
        ticketNo,
        holderId,
        bookedBy,
        status === 'booked',
      ]),
      naive.tickets.flatMap(({ no, holder, by, active }) => [no, holder, by, active]),
    );
  }

  #compareStates(): void {
    const { rows, naive } = this;
    const { event } = rows;
    expectSame(
      [
        event.availableTickets,
        event.totalTickets,
        event.maxTicketsPerUser,
        event.version,
        event.status === 'cancelled',
      ],
      [naive.free, naive.total, naive.cap, naive.version, naive.isCancelled],
    );
    this.#steps += 1;
    if (this.#steps % TICKETS_COMPARED_EVERY === 0) this.compareTickets();
    expectSame(
      rows.queue.flatMap(({ userId, requestedBy, quantity, priority }) => [
        userId,
        requestedBy,
        quantity,
        priority,
      ]),
      naive.queue.flatMap(({ user, by, wants, priority }) => [user, by, wants, priority]),
    );
    expectSame(
      findDiscrepancies(event, {
        tickets: rows.bookings.size,
        activeTickets: naive.tickets.filter(({ active }) => active).length,
        highestTicketNo: naive.tickets.length,
        waiting: rows.entries.size,
        ticketsWaitedFor: naive.waiters.reduce((sum, { wants }) => sum + wants, 0),
        wrongBlocks: 0,
        entriesInBlocks: rows.queue.length,
        highestQueueNo: Math.max(0, ...rows.queue.map(({ queueNo }) => queueNo)),
      }),
      [],
    );
  }
}

function momentAfter(now: Date, steps: number | null): Date | null {
  return steps === null ? null : new Date(now.getTime() + steps);
}

type Plain = string | number | boolean | null | undefined;

/** Jest's own comparison is a hundred times slower, and only needed for a difference. */
function expectSame(actual: readonly Plain[], expected: readonly Plain[]): void {
  const isSame =
    actual.length === expected.length && actual.every((value, index) => value === expected[index]);
  if (!isSame) expect(actual).toEqual(expected);
}

function newEvent(total: number, cap: number | null): EventFacts {
  const now = new Date(0);
  return {
    id: 1,
    name: 'Concert',
    status: 'active',
    organizerId: ORGANIZER,
    totalTickets: total,
    availableTickets: total,
    maxTicketsPerUser: cap,
    startsAt: null,
    saleStartsAt: null,
    saleEndsAt: null,
    metadata: null,
    version: 0,
    nextTicketNo: 1,
    nextQueueNo: 1,
    waitlistCount: 0,
    waitlistTickets: 0,
    createdAt: now,
    updatedAt: now,
  };
}

function compare(outcome: Outcome, expected: NaiveResult): void {
  expectSame([outcome.refused ? outcome.code : null], [expected.refused]);
  if (outcome.refused || expected.refused !== null) return;
  if ('tickets' in outcome) {
    expectSame(
      outcome.tickets.map(({ ticketNo }) => ticketNo),
      expected.tickets ?? [],
    );
  }
  if (outcome.kind === 'book') {
    expectSame(
      [
        outcome.outcome,
        ...outcome.waitlisted.flatMap(({ userId, quantity, position }) => [
          userId,
          quantity,
          position,
        ]),
      ],
      [
        expected.result,
        ...(expected.waitlisted ?? []).flatMap(({ user, wants, position }) => [
          user,
          wants,
          position,
        ]),
      ],
    );
  }
  if ('reassigned' in outcome) {
    expectSame(
      [outcome.reassigned, outcome.count],
      [expected.reassigned, expected.tickets?.length],
    );
    expectSame(outcome.endedEntries, expected.ended ?? []);
  }
  if (outcome.kind === 'join') expectSame([outcome.position], [expected.position]);
}
