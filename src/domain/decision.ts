import { applyToFacts, type Applied, type Change } from './changes';
import type { EventInventory } from './event-inventory';
import type { EventFacts } from './inventory-state';
import type { Acceptance, Outcome, Promotion, Refusal } from './outcomes';

/** What becomes of one command: what its sender is told, and what changes. */
export interface Decision extends Applied {
  readonly outcome: Outcome;
  /** Who moved up from the waitlist by it. */
  readonly promotions: readonly Promotion[];
}

interface Effects {
  readonly changes: readonly Change[];
  readonly promotions?: readonly Promotion[];
  /** Whether tickets or queue change, which is what the version counts. */
  readonly advancesVersion?: boolean;
}

/** @param tell makes the answer from the event's facts after the changes */
export function accept(
  inventory: EventInventory,
  { changes, promotions = [], advancesVersion = changes.length > 0 }: Effects,
  tell: (after: EventFacts) => Acceptance,
): Decision {
  const after = factsAfter(inventory, changes, advancesVersion);
  return { outcome: tell(after), changes, promotions, after };
}

function factsAfter(
  { event, now }: EventInventory,
  changes: readonly Change[],
  advancesVersion: boolean,
): EventFacts {
  if (changes.length === 0) return event;
  const changed = changes.reduce(applyToFacts, event);
  const version = advancesVersion ? event.version + 1 : event.version;
  return { ...changed, version, updatedAt: now };
}

/** A decision that changes nothing and says why. */
export function refuse(inventory: EventInventory, refusal: Refusal): Decision {
  return { outcome: refusal, changes: [], promotions: [], after: inventory.event };
}
