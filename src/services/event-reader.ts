import { BatchedReader } from '../database/batched-reader';
import type { Database } from '../database/database';
import { findRows } from '../database/find-rows';
import type { EventFacts } from '../domain/inventory-state';
import { ApiError } from '../errors/api-error';
import { eventFactsOf } from '../models/facts';

/**
 * Reads events one by one as they are now. Requests for the same event that wait together share one
 * query; nothing is cached, so nothing is ever stale.
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
