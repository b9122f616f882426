/** What holds for every event after every change, checked independently of the domain. */
import type { WaitlistEntry } from '../../../src/domain/inventory-state';
import type { Promotion } from '../../../src/domain/outcomes';
import type { MemoryRows } from './memory-rows';

/** Promotions start at the head, and each entry gets all it wants before the next one gets any. */
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

/** No more tickets are held than exist, and none is free while someone waits. */
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
