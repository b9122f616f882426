import { applyToFacts, type Applied, type Change } from './changes';
import type { EventInventory } from './event-inventory';
import type { EventFacts } from './inventory-state';
import type { Acceptance, Outcome, Promotion, Refusal } from './outcomes';

/** The decision on one command: the outcome for its sender, and the changes. */
export interface Decision extends Applied {
  readonly outcome: Outcome;
  /** The people who get tickets from the waitlist as a result. */
  readonly promotions: readonly Promotion[];
}

interface Effects {
  readonly changes: readonly Change[];
  readonly promotions?: readonly Promotion[];
  /** Whether tickets or queue change; the version counts such changes. */
  readonly advancesVersion?: boolean;
}

/** @param outcomeOf makes the outcome from the event's facts after the changes */
export function accept(
  inventory: EventInventory,
  { changes, promotions = [], advancesVersion = changes.length > 0 }: Effects,
  outcomeOf: (after: EventFacts) => Acceptance,
): Decision {
  const after = factsAfter(inventory, changes, advancesVersion);
  return { outcome: outcomeOf(after), changes, promotions, after };
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

/** A decision that changes nothing and states the reason. */
export function refuse(inventory: EventInventory, refusal: Refusal): Decision {
  return { outcome: refusal, changes: [], promotions: [], after: inventory.event };
}
