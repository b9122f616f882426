import { applyToFacts, type Change } from './changes';
import type { EventInventory } from './event-inventory';
import type { EventFacts } from './inventory-state';
import {
  refuse,
  type Acceptance,
  type Outcome,
  type Promotion,
  type Refusal,
  type RefusalCode,
} from './outcomes';

/** What becomes of one command: what its sender is told, and what changes. */
export interface Decision {
  readonly outcome: Outcome;
  /** In the order in which they happen; none where the command was refused. */
  readonly changes: readonly Change[];
  /** Who moved up from the waitlist by it. */
  readonly promotions: readonly Promotion[];
  /** The event's facts once the changes are made. */
  readonly after: EventFacts;
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
export function refused(inventory: EventInventory, refusal: Refusal): Decision {
  return { outcome: refusal, changes: [], promotions: [], after: inventory.event };
}

/** The same, with the refusal spelled out. */
export function refuseWith(
  inventory: EventInventory,
  code: RefusalCode,
  message: string,
  field?: string,
): Decision {
  return refused(inventory, refuse(code, message, field));
}
