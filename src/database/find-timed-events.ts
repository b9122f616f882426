import type { FindOptions } from 'sequelize';
import type { EventRow, TimedEventRow } from '../models/event.model';
import type { Database } from './database';
import { findRows } from './find-rows';
import { databaseNow } from './timestamps';

/** Finds event rows, each with the database's time when it was read. */
export async function findTimedEvents(
  database: Database,
  options: Omit<FindOptions<EventRow>, 'attributes'>,
): Promise<TimedEventRow[]> {
  const attributes = [...eventColumns(database), [databaseNow(database), 'now'] as const];
  const rows = await findRows(database.models.Event, {
    ...options,
    attributes,
  });
  return rows as TimedEventRow[];
}

export function eventColumns({ models }: Database): string[] {
  return Object.keys(models.Event.getAttributes());
}
