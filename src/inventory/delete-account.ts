import { Op } from 'sequelize';
import type { Database } from '../database/database';
import { findRows } from '../database/find-rows';
import { lockEvents } from '../database/locks';
import type { Tx } from '../database/unit-of-work';
import { runExclusive } from './batch';
import type { CommandRequest, FinishCommand } from './command-request';

/** Events that the deletion of an account affects. */
interface Involvement {
  /** Events for which the person holds tickets or waits. */
  readonly inventories: Set<number>;
  /** Events that the person organizes. */
  readonly organized: Set<number>;
}

/** During the deletion, the person became a holder, waiter or organizer of another event. */
export class InvolvementChangedError extends Error {
  constructor() {
    super('The person became involved in another event');
    this.name = 'InvolvementChangedError';
  }
}

/**
 * Removes a person from every event: their active tickets go to the waitlists or back to stock,
 * their waitlist entries are removed, and the events they organize no longer have an organizer.
 *
 * Locks the person's events by id, then what `lockAccounts` locks, and then checks again.
 *
 * @throws InvolvementChangedError if another event was added meanwhile: restart the whole unit
 */
export async function deleteAccountFromEvents(
  database: Database,
  tx: Tx,
  request: Omit<CommandRequest, 'command'> & { readonly userId: number },
  lockAccounts: () => Promise<void>,
  finish: FinishCommand,
): Promise<void> {
  const { userId } = request;
  const before = await involvementOf(database, tx, userId);
  const eventIds = new Set([...before.inventories, ...before.organized]);
  const locked = await lockEvents(database, tx, [...eventIds]);
  await lockAccounts();

  const now = await involvementOf(database, tx, userId);
  const hasNewEvent = [...now.inventories, ...now.organized].some((id) => !eventIds.has(id));
  if (hasNewEvent) throw new InvolvementChangedError();

  for (const row of locked.rows) {
    if (!now.inventories.has(row.id)) continue;
    const removal = { ...request, command: { kind: 'delete-account', userId } as const };
    await runExclusive(database, tx, locked.now, row, removal, finish);
  }
  if (now.organized.size > 0) {
    await database.models.Event.update(
      { organizer_id: null },
      { where: { id: [...now.organized], organizer_id: userId }, transaction: tx },
    );
  }
}

async function involvementOf({ models }: Database, tx: Tx, userId: number): Promise<Involvement> {
  const held = await findRows(models.Booking, {
    attributes: ['event_id'],
    where: { user_id: userId, status: 'booked' },
    group: ['event_id'],
    transaction: tx,
  });
  const waiting = await findRows(models.WaitlistEntry, {
    attributes: ['event_id'],
    where: { user_id: userId },
    transaction: tx,
  });
  const organized = await findRows(models.Event, {
    attributes: ['id'],
    where: { organizer_id: { [Op.eq]: userId } },
    transaction: tx,
  });
  return {
    inventories: new Set([...held, ...waiting].map((row) => row.event_id)),
    organized: new Set(organized.map(({ id }) => id)),
  };
}
