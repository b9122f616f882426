/** What holds for every event after every change, said here without the domain's help. */
import type { WaitlistEntry } from '../../../src/domain/inventory-state';
import type { Promotion } from '../../../src/domain/outcomes';
import type { MemoryRows } from './memory-rows';

/** Whoever moved up stood at the head, and got all they wanted before the next one got any. */
export function expectPromotedInOrder(
  version: number,
  promotions: readonly Promotion[],
  queue: readonly WaitlistEntry[],
): void {
  promotions.forEach(({ userId, quantity }, index) => {
    const head = queue[index];
    const isLast = index === promotions.length - 1;
    if (head?.userId !== userId || (quantity < head.quantity && !isLast)) {
      throw new Error(`Version ${String(version)} promoted past the head of the queue`);
    }
  });
}

/** No more tickets are out than there are, and none is free while somebody waits. */
export function expectInvariants(version: number, { event, bookings, entries }: MemoryRows): void {
  const active = [...bookings.values()].filter(({ status }) => status === 'booked').length;
  const { status, totalTickets, availableTickets } = event;
  const isSound =
    status === 'cancelled'
      ? active === 0 && entries.size === 0 && availableTickets === 0
      : availableTickets >= 0 &&
        availableTickets + active === totalTickets &&
        (availableTickets === 0 || entries.size === 0);
  if (!isSound) {
    throw new Error(
      `At version ${String(version)} ${String(active)} of ${String(totalTickets)} tickets are ` +
        `held, ${String(availableTickets)} free and ${String(entries.size)} people waiting`,
    );
  }
}
