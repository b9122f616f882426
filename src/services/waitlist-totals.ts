import { QueryTypes } from 'sequelize';
import type { Database } from '../database/database';

/**
 * People and tickets on all waitlists, by the events' own counts: a row an event, not one a person.
 *
 * @throws where the database does not answer
 */
export async function waitlistTotals({
  sequelize,
}: Database): Promise<{ people: number; tickets: number }> {
  const [row] = await sequelize.query<{ people: unknown; tickets: unknown }>(
    'SELECT SUM(waitlist_count) AS people, SUM(waitlist_tickets) AS tickets FROM events',
    { type: QueryTypes.SELECT },
  );
  // Sums are null where there is nothing, and text from some servers.
  return { people: Number(row?.people ?? 0), tickets: Number(row?.tickets ?? 0) };
}
