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
}

/**
 * Accepts a command. The version grows by one if it changes anything at all.
 *
 * @param outcomeOf makes the outcome from the event's facts after the changes
 */
export function accept(
  inventory: EventInventory,
  { changes, promotions = [] }: Effects,
  outcomeOf: (after: EventFacts) => Acceptance,
): Decision {
  const after = factsAfter(inventory, changes);
  return { outcome: outcomeOf(after), changes, promotions, after };
}

function factsAfter({ event, now }: EventInventory, changes: readonly Change[]): EventFacts {
  if (changes.length === 0) return event;
  const changed = changes.reduce(applyToFacts, event);
  return { ...changed, version: event.version + 1, updatedAt: now };
}

/** A decision that changes nothing and states the reason. */
export function refuse(inventory: EventInventory, refusal: Refusal): Decision {
  return { outcome: refusal, changes: [], promotions: [], after: inventory.event };
}
