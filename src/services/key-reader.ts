import { BatchedReader } from '../database/batched-reader';
import type { Database } from '../database/database';
import type { UnitOfWork } from '../database/unit-of-work';
import { loadKeys, scopeId, type EventScope, type KeyScope } from '../inventory/idempotency';

/** Looks up Idempotency-Keys without a lock. Look-ups that wait at the same time share one query. */
export class KeyReader {
  readonly #reader: BatchedReader<EventScope, true>;

  constructor({ database, unitOfWork }: { database: Database; unitOfWork: UnitOfWork }) {
    this.#reader = new BatchedReader((scopes) =>
      unitOfWork.readConsistently(async (tx) => {
        const stored = await loadKeys(database, tx, scopes);
        const known = scopes.filter(({ eventId, scope }) =>
          stored.get(eventId)?.has(scopeId(scope)),
        );
        return new Map(known.map((scope) => [scope, true]));
      }),
    );
  }

  /** Whether an answer is stored under the key, or was until it expired. */
  async isKnown(eventId: number, scope: KeyScope): Promise<boolean> {
    return (await this.#reader.read({ eventId, scope })) ?? false;
  }
}
