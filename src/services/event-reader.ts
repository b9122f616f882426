import { BatchedReader } from '../database/batched-reader';
import type { Database } from '../database/database';
import { findTimedEvents } from '../database/find-timed-events';
import type { EventSnapshot } from '../domain/inventory-state';
import { ApiError } from '../errors/api-error';
import { eventSnapshotOf } from '../models/facts';

/**
 * Reads single events as they are now. Reads that wait at the same time share one query. Nothing is
 * cached, so nothing is stale.
 */
export class EventReader {
  readonly #reader: BatchedReader<number, EventSnapshot>;

  constructor(database: Database) {
    this.#reader = new BatchedReader(async (ids) => {
      const rows = await findTimedEvents(database, { where: { id: [...ids] } });
      return new Map(rows.map((row) => [row.id, eventSnapshotOf(row)]));
    });
  }

  /** @throws ApiError EVENT_NOT_FOUND */
  async find(eventId: number): Promise<EventSnapshot> {
    const event = await this.#reader.read(eventId);
    if (!event) throw new ApiError('EVENT_NOT_FOUND', `No event ${String(eventId)}`);
    return event;
  }
}
