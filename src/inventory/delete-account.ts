import { Op } from 'sequelize';
import type { Database } from '../database/database';
import { findRows } from '../database/find-rows';
import { lockEvents } from '../database/locks';
import type { Tx } from '../database/unit-of-work';
import { runExclusive } from './batch';
import type { CommandRequest } from './command-request';

/** Events that an account's deletion concerns. */
interface Involvement {
  /** Where the person holds tickets or waits. */
  readonly inventories: Set<number>;
  /** Which they organize. */
  readonly organized: Set<number>;
}

/** While a person was being withdrawn, they came to hold, await or organize something more. */
export class InvolvementChangedError extends Error {
  constructor() {
    super('The person has come to have a part in another event');
    this.name = 'InvolvementChangedError';
  }
}

/**
 * Takes a person out of every event: their active tickets go to the waitlists or back to stock,
 * their waitlist entries go, and the events they organize have no organizer any more.
 *
 * Locks their events by id, then whatever `lockAccounts` locks, and then looks again.
 *
 * @throws InvolvementChangedError when an event came in between: the whole unit must start over
 */
export async function deleteAccountFromEvents(
  database: Database,
  tx: Tx,
  request: Omit<CommandRequest, 'command'> & { readonly userId: number },
  lockAccounts: () => Promise<void>,
): Promise<void> {
  const { userId } = request;
  const before = await involvementOf(database, tx, userId);
  const eventIds = new Set([...before.inventories, ...before.organized]);
  const locked = await lockEvents(database, tx, [...eventIds]);
  await lockAccounts();

  const now = await involvementOf(database, tx, userId);
  const isTiedElsewhere = [...now.inventories, ...now.organized].some((id) => !eventIds.has(id));
  if (isTiedElsewhere) throw new InvolvementChangedError();

  for (const row of locked.rows) {
    if (!now.inventories.has(row.id)) continue;
    const removal = { ...request, command: { kind: 'delete-account', userId } as const };
    await runExclusive(database, tx, locked.now, row, removal);
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
