import { BatchedReader } from '../database/batched-reader';
import type { Database } from '../database/database';
import { findRows } from '../database/find-rows';
import type { EventFacts } from '../domain/inventory-state';
import { ApiError } from '../errors/api-error';
import { eventFactsOf } from '../models/facts';

/**
 * Reads single events as they are now. Reads that wait at the same time share one query. Nothing is
 * cached, so nothing is stale.
 */
export class EventReader {
  readonly #reader: BatchedReader<number, EventFacts>;

  constructor({ models }: Database) {
    this.#reader = new BatchedReader(async (ids) => {
      const rows = await findRows(models.Event, { where: { id: [...ids] } });
      return new Map(rows.map((row) => [row.id, eventFactsOf(row)]));
    });
  }

  /** @throws ApiError EVENT_NOT_FOUND */
  async find(eventId: number): Promise<EventFacts> {
    const event = await this.#reader.read(eventId);
    if (!event) throw new ApiError('EVENT_NOT_FOUND', `No event ${String(eventId)}`);
    return event;
  }
}
