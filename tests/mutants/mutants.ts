/**
 * Deliberate mistakes, one for each rule that generic mutation tools do not break: locks, order, keys,
 * COMMIT, the schema, rights. Each names the tests that must notice it.
 *
 * `from` occurs exactly once in its file, so moved lines need no change here. If a mutant no longer fits
 * after a change of the source, make the same mistake in the new code, or delete the mutant if the
 * mistake is no longer possible.
 */
import type { Mutant } from './mutant';

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'schema-email-twice',
    rule: 'The database accepts one account per e-mail',
    tests: [{ project: 'sqlite', file: 'tests/integration/constraints.test.ts' }],
    edits: [
      {
        file: 'migrations/20261123000100-create-users.js',
        from: `        'CONSTRAINT uq_users_email UNIQUE (email)',`,
        to: '',
      },
    ],
  },
  {
    name: 'schema-oversold',
    rule: 'The database accepts no event with a negative number of available tickets',
    tests: [{ project: 'sqlite', file: 'tests/integration/constraints.test.ts' }],
    edits: [
      {
        file: 'migrations/20261123000200-create-events.js',
        from: `        'CONSTRAINT ck_events_available CHECK (available_tickets >= 0 AND available_tickets <= total_tickets)',`,
        to: '',
      },
    ],
  },
  {
    name: 'schema-stock-while-waiting',
    rule: 'The database accepts no event with stock while people wait',
    tests: [{ project: 'sqlite', file: 'tests/integration/constraints.test.ts' }],
    edits: [
      {
        file: 'migrations/20261123000200-create-events.js',
        from: `        'CONSTRAINT ck_events_no_stock_while_waiting CHECK (available_tickets = 0 OR waitlist_count = 0)',`,
        to: '',
      },
    ],
  },
  {
    name: 'schema-ticket-twice',
    rule: 'The database accepts each ticket of an event once',
    tests: [{ project: 'sqlite', file: 'tests/integration/constraints.test.ts' }],
    edits: [
      {
        file: 'migrations/20261123000300-create-bookings.js',
        from: `        'CONSTRAINT uq_bookings_ticket UNIQUE (event_id, ticket_no)',`,
        to: '',
      },
    ],
  },
  {
    name: 'schema-person-waits-twice',
    rule: 'The database accepts one waitlist entry per person and event',
    tests: [{ project: 'sqlite', file: 'tests/integration/constraints.test.ts' }],
    edits: [
      {
        file: 'migrations/20261123000400-create-waitlists.js',
        from: `        'CONSTRAINT uq_waitlists_person UNIQUE (user_id, event_id)',`,
        to: '',
      },
    ],
  },
  {
    name: 'schema-version-twice',
    rule: 'The database accepts one audit row for each version of an event',
    tests: [{ project: 'sqlite', file: 'tests/integration/constraints.test.ts' }],
    edits: [
      {
        file: 'migrations/20261129110300-index-changes.js',
        from: 'unique: true',
        to: 'unique: false',
      },
    ],
  },
  {
    name: 'schema-key-twice',
    rule: 'The database accepts a key once per user, event and route',
    tests: [{ project: 'sqlite', file: 'tests/integration/constraints.test.ts' }],
    edits: [
      {
        file: 'migrations/20261123000500-create-idempotency-keys.js',
        from: `        'CONSTRAINT uq_idempotency_keys_scope UNIQUE (user_id, event_id, route, idempotency_key)',`,
        to: '',
      },
    ],
  },
  {
    name: 'security-forwarded-for-believed',
    rule: 'An address that a client claims to have is not trusted',
    tests: [{ project: 'sqlite', file: 'tests/api/rate-limits.test.ts' }],
    edits: [
      {
        file: 'src/app.ts',
        from: `  app.set('trust proxy', config.http.trustProxy);`,
        to: `  app.set('trust proxy', config.http.trustProxy === false ? true : config.http.trustProxy);`,
      },
    ],
  },
  {
    name: 'read-joins-one-under-way',
    rule: 'A batched read begins after its last caller has asked',
    tests: [{ project: 'unit', file: 'tests/unit/batched-reader.test.ts' }],
    edits: [
      {
        file: 'src/database/batched-reader.ts',
        from: `    for (const [key, waiting] of batch) {
      this.#waiting.delete(key);
      this.#waitingCount -= waiting.length;
    }`,
        to: '',
      },
      {
        file: 'src/database/batched-reader.ts',
        from: '    let answered = 0;',
        to: `    for (const [key, waiting] of batch) {
      this.#waiting.delete(key);
      this.#waitingCount -= waiting.length;
    }
    let answered = 0;`,
      },
    ],
  },
  {
    name: 'deadlock-not-retried',
    rule: 'A transaction that was rolled back in a deadlock is retried',
    tests: [{ project: 'mysql', file: 'tests/mysql/conflicts.test.ts' }],
    edits: [
      {
        file: 'src/database/server-errors.ts',
        from: '    errnos: [1213],',
        to: '    errnos: [],',
      },
    ],
  },
  {
    name: 'account-lock-dropped',
    rule: 'An account is locked before it is checked and changed',
    tests: [
      { project: 'mysql', file: 'tests/mysql/accounts.test.ts' },
      { project: 'mysql', file: 'tests/api/roles.test.ts' },
    ],
    edits: [
      {
        file: 'src/database/locks.ts',
        from: `    lock: tx.LOCK.UPDATE,
    transaction: tx,
  });
}
`,
        to: `    transaction: tx,
  });
}
`,
      },
    ],
  },
  {
    name: 'accounts-locked-backwards',
    rule: 'Accounts are locked in the order of their ids',
    tests: [{ project: 'mysql', file: 'tests/mysql/locks.test.ts' }],
    edits: [
      {
        file: 'src/database/locks.ts',
        from: `      order: [['id', 'ASC']],`,
        to: `      order: [['id', 'DESC']],`,
      },
    ],
  },
  {
    name: 'event-lock-dropped',
    rule: 'A batch locks its event before it reads it',
    tests: [{ project: 'mysql', file: 'tests/mysql/two-servers.test.ts' }],
    edits: [
      {
        file: 'src/database/locks.ts',
        from: `    lock: tx.LOCK.UPDATE,
    transaction: tx,
  });
  return lockedEvents`,
        to: `    transaction: tx,
  });
  return lockedEvents`,
      },
    ],
  },
  {
    name: 'events-locked-backwards',
    rule: 'Several events are locked in the order of their ids',
    tests: [{ project: 'mysql', file: 'tests/mysql/accounts.test.ts' }],
    edits: [
      {
        file: 'src/database/locks.ts',
        from: `    where: { id: [...eventIds] },
    order: [['id', 'ASC']],`,
        to: `    where: { id: [...eventIds] },
    order: [['id', 'DESC']],`,
      },
    ],
  },
  {
    name: 'locked-event-waited-for',
    rule: 'Events that share a transaction do not wait for locks of other sessions',
    tests: [{ project: 'mysql', file: 'tests/mysql/locks.test.ts' }],
    edits: [
      {
        file: 'src/database/locks.ts',
        from: `      'FROM events WHERE id IN (:eventIds) ORDER BY id FOR UPDATE SKIP LOCKED',`,
        to: `      'FROM events WHERE id IN (:eventIds) ORDER BY id FOR UPDATE',`,
      },
    ],
  },
  {
    name: 'share-lock-dropped',
    rule: 'A person who gets tickets cannot be deleted at the same time',
    tests: [{ project: 'mysql', file: 'tests/mysql/accounts.test.ts' }],
    edits: [{ file: 'src/database/locks.ts', from: '      lock: tx.LOCK.SHARE,', to: '' }],
  },
  {
    name: 'repeatable-read',
    rule: 'Each read under a lock sees everything that was committed before it',
    tests: [{ project: 'mysql', file: 'tests/mysql/accounts.test.ts' }],
    edits: [
      {
        file: 'src/database/mysql-connection.ts',
        from: `  await session.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');`,
        to: `  await session.query('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ');`,
      },
    ],
  },
  {
    name: 'sqlite-not-durable',
    rule: 'SQLite waits for the disk at each commit',
    tests: [{ project: 'sqlite', file: 'tests/sqlite/units-of-work.test.ts' }],
    edits: [
      {
        file: 'src/database/sqlite-driver.ts',
        from: `    this.#database.exec('PRAGMA synchronous = FULL');`,
        to: `    this.#database.exec('PRAGMA synchronous = OFF');`,
      },
    ],
  },
  {
    name: 'time-read-before-lock',
    rule: 'The time of a change is read once its lock is held',
    tests: [{ project: 'mysql', file: 'tests/mysql/locks.test.ts' }],
    edits: [
      {
        file: 'src/database/timestamps.ts',
        from: `  return isSqlite ? "strftime('%Y-%m-%d %H:%M:%f +00:00', 'now')" : 'SYSDATE(3)';`,
        to: `  return isSqlite ? "strftime('%Y-%m-%d %H:%M:%f +00:00', 'now')" : 'NOW(3)';`,
      },
    ],
  },
  {
    name: 'abandoned-transaction-left',
    rule: 'An abandoned transaction is also ended on the database server',
    tests: [{ project: 'faults', file: 'tests/faults/mysql/network.test.ts' }],
    edits: [
      {
        file: 'src/database/unit-of-work.ts',
        from: '    if (session) this.#reaper.reap(session);',
        to: '    if (session && !session.threadId) this.#reaper.reap(session);',
      },
    ],
  },
  {
    name: 'deadline-not-enforced',
    rule: 'A transaction that exceeds its deadline is ended',
    tests: [{ project: 'mysql', file: 'tests/mysql/units-of-work.test.ts' }],
    edits: [
      {
        file: 'src/database/unit-of-work.ts',
        from: '    }, deadline - performance.now());',
        to: '    }, 60_000);',
      },
    ],
  },
  {
    name: 'half-committed-after-lock-wait',
    rule: 'After a lock wait timeout, the whole transaction is rolled back',
    tests: [{ project: 'mysql', file: 'tests/mysql/locks.test.ts' }],
    edits: [
      {
        file: 'src/database/unit-of-work.ts',
        from: '        await this.#sequelize.getQueryInterface().rollbackTransaction(tx, {});',
        to: '        await this.#sequelize.getQueryInterface().commitTransaction(tx, {});',
      },
    ],
  },
  {
    name: 'no-rollback',
    rule: 'A failed transaction is rolled back before its connection serves another',
    tests: [{ project: 'mysql', file: 'tests/mysql/locks.test.ts' }],
    edits: [
      {
        file: 'src/database/unit-of-work.ts',
        from: '        await this.#sequelize.getQueryInterface().rollbackTransaction(tx, {});',
        to: '',
      },
    ],
  },
  {
    name: 'refused-commit-told-as-unknown',
    rule: 'A COMMIT that a read-only server refuses is reported as nothing done',
    tests: [{ project: 'mysql', file: 'tests/mysql/wrong-server.test.ts' }],
    edits: [
      {
        file: 'src/database/fault-kind.ts',
        from: '  if (errno !== undefined && isRefusedCommit(errno)) return false;',
        to: '  if (errno !== undefined && isRefusedCommit(errno) && errno !== 1290) return false;',
      },
    ],
  },
  {
    name: 'unknown-commit-taken-for-refused',
    rule: 'A COMMIT that failed in the group may have been saved',
    tests: [{ project: 'mysql', file: 'tests/mysql/wrong-server.test.ts' }],
    edits: [
      {
        file: 'src/database/server-errors.ts',
        from: `    errnos: [3100],
    kind: 'wrong server',`,
        to: `    errnos: [3100],
    kind: 'wrong server',
    isRefusedCommit: true,`,
      },
    ],
  },
  {
    name: 'galera-node-unknown',
    rule: 'A Galera node that has left the cluster is no bug of the program',
    tests: [{ project: 'mysql', file: 'tests/mysql/wrong-server.test.ts' }],
    edits: [
      { file: 'src/database/server-errors.ts', from: '    errnos: [1047],', to: '    errnos: [],' },
    ],
  },
  {
    name: 'old-connections-kept',
    rule: 'One connection to the wrong server is reason enough to drop all',
    tests: [{ project: 'mysql', file: 'tests/mysql/wrong-server.test.ts' }],
    edits: [
      {
        file: 'src/database/writer-connections.ts',
        from: "    if (faultKind(error) === 'wrong server') this.#generation += 1;",
        to: "    if (faultKind(error) === 'unknown') this.#generation += 1;",
      },
    ],
  },
  {
    name: 'former-writer-read',
    rule: 'No read comes from a server that has become read-only',
    tests: [{ project: 'faults', file: 'tests/faults/mysql/writer-switched.test.ts' }],
    edits: [
      {
        file: 'src/database/writer-connections.ts',
        from: '      if (!isWriter) throw',
        to: '      if (!isWriter && performance.now() < 0) throw',
      },
    ],
  },
  {
    name: 'stranger-killed',
    rule: 'A thread id of one server is not used on another',
    tests: [{ project: 'mysql', file: 'tests/mysql/sessions.test.ts' }],
    edits: [
      {
        file: 'src/database/server-session.ts',
        from: '  if (sessionOf(killer)?.node.id !== session.node.id) return false;',
        to: '',
      },
    ],
  },
  {
    name: 'newcomer-killed',
    rule: 'A thread id that has been given to another client is not killed',
    tests: [{ project: 'mysql', file: 'tests/mysql/sessions.test.ts' }],
    edits: [
      {
        file: 'src/database/server-session.ts',
        from: '  if (rows.length > 0) await query',
        to: '  if (rows.length >= 0) await query',
      },
    ],
  },
  {
    name: 'snapshot-not-one-view',
    rule: 'Reads of a snapshot agree with each other',
    tests: [{ project: 'mysql', file: 'tests/integration/units-of-work.test.ts' }],
    edits: [
      {
        file: 'src/database/unit-of-work.ts',
        from: '      : Transaction.ISOLATION_LEVELS.REPEATABLE_READ;',
        to: '      : Transaction.ISOLATION_LEVELS.READ_COMMITTED;',
      },
    ],
  },
  {
    name: 'sqlite-deferred',
    rule: 'On SQLite a unit holds the write lock from its start',
    tests: [{ project: 'sqlite', file: 'tests/sqlite/units-of-work.test.ts' }],
    edits: [
      {
        file: 'src/database/unit-of-work.ts',
        from: '      const type = Transaction.TYPES.IMMEDIATE;',
        to: '      const type = Transaction.TYPES.DEFERRED;',
      },
    ],
  },
  {
    name: 'sqlite-units-unqueued',
    rule: 'On SQLite one unit writes at a time, in the order of arrival',
    tests: [{ project: 'sqlite', file: 'tests/sqlite/units-of-work.test.ts' }],
    edits: [
      {
        file: 'src/database/write-turns.ts',
        from: '    this.#last = turn.then(() => hasEnded);',
        to: '    void turn.then(() => hasEnded);',
      },
    ],
  },
  {
    name: 'unknown-commit-retried',
    rule: 'A transaction with an unknown commit outcome is not retried',
    tests: [{ project: 'faults', file: 'tests/faults/mysql/commit-lost.test.ts' }],
    edits: [
      {
        file: 'src/database/unit-of-work.ts',
        from: `import { outcomeUnknown, serviceUnavailable } from '../errors/api-error';`,
        to: `import { serviceUnavailable } from '../errors/api-error';`,
      },
      {
        file: 'src/database/unit-of-work.ts',
        from: '      if (isCommitting && maySave(error)) throw outcomeUnknown(error);',
        to: '      if (isCommitting && maySave(error)) return await this.#transact(work, deadline, options);',
      },
    ],
  },
  {
    name: 'unknown-commit-told-as-nothing',
    rule: 'An unknown outcome is reported as such, not as "nothing has happened"',
    tests: [{ project: 'faults', file: 'tests/faults/mysql/commit-lost.test.ts' }],
    edits: [
      {
        file: 'src/database/unit-of-work.ts',
        from: `import { outcomeUnknown, serviceUnavailable } from '../errors/api-error';`,
        to: `import { serviceUnavailable } from '../errors/api-error';`,
      },
      {
        file: 'src/database/unit-of-work.ts',
        from: '      if (isCommitting && maySave(error)) throw outcomeUnknown(error);',
        to: `      if (isCommitting && maySave(error)) throw serviceUnavailable('Try again', error);`,
      },
    ],
  },
  {
    name: 'audit-outside-transaction',
    rule: 'The audit row is written in the transaction of the change',
    tests: [{ project: 'mysql', file: 'tests/integration/all-or-nothing.test.ts' }],
    edits: [
      { file: 'src/inventory/audit.ts', from: '    tx,', to: '    null as never as typeof tx,' },
    ],
  },
  {
    name: 'promised-entry-removed',
    rule: 'A row whose id is in an answer is written',
    tests: [{ project: 'unit', file: 'tests/unit/decide-batch.test.ts' }],
    edits: [
      {
        file: 'src/inventory/decide-batch.ts',
        from: '    if (!decision || removesPromisedEntry(decision, promisedEntries)) break;',
        to: '    if (!decision || (removesPromisedEntry(decision, promisedEntries) && verdicts.length < 0)) break;',
      },
    ],
  },
  {
    name: 'duplicate-with-another-body-served',
    rule: 'A duplicate with another body is refused, even in one batch',
    tests: [{ project: 'unit', file: 'tests/unit/decide-batch.test.ts' }],
    edits: [
      {
        file: 'src/inventory/decide-batch.ts',
        from: '  return first.idempotencyKey?.fingerprint === idempotencyKey.fingerprint',
        to: '  return first.idempotencyKey !== undefined',
      },
    ],
  },
  {
    name: 'duplicates-both-run',
    rule: 'Of two requests with one key in a batch, one runs',
    tests: [{ project: 'unit', file: 'tests/unit/decide-batch.test.ts' }],
    edits: [
      {
        file: 'src/inventory/decide-batch.ts',
        from: '  if (!first) return undefined;',
        to: `  if (!first || idempotencyKey.key !== '') return undefined;`,
      },
    ],
  },
  {
    name: 'newest-first',
    rule: 'Commands of an event run in the order of their arrival',
    tests: [{ project: 'unit', file: 'tests/unit/event-queue.test.ts' }],
    edits: [
      {
        file: 'src/inventory/event-queue.ts',
        from: '    this.#waiting.push(pending);',
        to: '    this.#waiting.unshift(pending);',
      },
    ],
  },
  {
    name: 'exclusive-in-company',
    rule: 'A command on the whole event runs alone',
    tests: [{ project: 'unit', file: 'tests/unit/event-queue.test.ts' }],
    edits: [
      {
        file: 'src/inventory/event-queue.ts',
        from: 'batch.length > 0 && (pending.isExclusive || batch[0]!.isExclusive);',
        to: 'batch.length > 0 && batch[0]!.isExclusive;',
      },
    ],
  },
  {
    name: 'fingerprint-ignored',
    rule: 'A key with another body is refused',
    tests: [{ project: 'unit', file: 'tests/unit/decide-batch.test.ts' }],
    edits: [
      {
        file: 'src/inventory/idempotency.ts',
        from: `  return stored.fingerprint === fingerprint ? answerIn(stored) : 'reused';`,
        to: `  return stored.fingerprint.length === fingerprint.length ? answerIn(stored) : 'reused';`,
      },
    ],
  },
  {
    name: 'key-never-expires',
    rule: 'A key expires after 24 hours',
    tests: [{ project: 'unit', file: 'tests/unit/decide-batch.test.ts' }],
    edits: [
      {
        file: 'src/inventory/idempotency.ts',
        from: `  if (!stored || now.getTime() - stored.createdAt.getTime() >= KEY_LIFETIME_MS) return 'free';`,
        to: `  if (!stored || now.getTime() - stored.createdAt.getTime() >= KEY_LIFETIME_MS * 1e6) return 'free';`,
      },
    ],
  },
  {
    name: 'key-not-written',
    rule: 'A key and its answer are stored with the effect',
    tests: [{ project: 'sqlite', file: 'tests/api/idempotency.test.ts' }],
    edits: [
      {
        file: 'src/inventory/idempotency.ts',
        from: '  if (keys.length === 0) return;',
        to: '  if (keys.length >= 0) return;',
      },
    ],
  },
  {
    name: 'key-outside-transaction',
    rule: 'The key is written in the transaction of the effect',
    tests: [{ project: 'mysql', file: 'tests/integration/all-or-nothing.test.ts' }],
    edits: [
      {
        file: 'src/inventory/idempotency.ts',
        from: '    tx,',
        to: '    null as never as typeof tx,',
      },
    ],
  },
  {
    name: 'key-over-by-own-clock',
    rule: `A key expires by the database's clock`,
    tests: [{ project: 'sqlite', file: 'tests/integration/expired-keys.test.ts' }],
    edits: [
      {
        file: 'src/inventory/idempotency.ts',
        from: `  if (!stored || now.getTime() - stored.createdAt.getTime() >= KEY_LIFETIME_MS) return 'free';`,
        to: `  if (!stored || Math.max(now.getTime(), Date.now()) - stored.createdAt.getTime() >= KEY_LIFETIME_MS) return 'free';`,
      },
    ],
  },
  {
    name: 'key-without-event',
    rule: 'The same key for another event is another key',
    tests: [{ project: 'sqlite', file: 'tests/api/idempotency.test.ts' }],
    edits: [
      {
        file: 'src/inventory/idempotency.ts',
        from: '    stored.get(row.event_id)?.set(scopeId(scope), row);',
        to: '    for (const keys of stored.values()) keys.set(scopeId(scope), row);',
      },
      {
        file: 'src/inventory/idempotency.ts',
        from: '    `(user_id = ${String(userId)} AND event_id = ${String(eventId)} AND ` +',
        to: '    `(user_id = ${String(userId)} AND event_id >= ${String(Math.min(0, eventId))} AND ` +',
      },
    ],
  },
  {
    name: 'key-without-route',
    rule: 'The same key for another route is another key',
    tests: [{ project: 'sqlite', file: 'tests/api/idempotency.test.ts' }],
    edits: [
      {
        file: 'src/inventory/idempotency.ts',
        from: `export function scopeId({ userId, route, key }: KeyScope): string {
  return \`\${String(userId)} \${route} \${key}\`;`,
        to: `export function scopeId({ userId, key }: KeyScope): string {
  return \`\${String(userId)} \${key}\`;`,
      },
      {
        file: 'src/inventory/idempotency.ts',
        from: '    `route = ${sequelize.escape(route)} AND idempotency_key = ${sequelize.escape(key)})`',
        to: '    `(route = ${sequelize.escape(route)} OR user_id > 0) AND idempotency_key = ${sequelize.escape(key)})`',
      },
    ],
  },
  {
    name: 'key-without-user',
    rule: 'A key belongs to its user',
    tests: [{ project: 'sqlite', file: 'tests/api/idempotency.test.ts' }],
    edits: [
      {
        file: 'src/inventory/idempotency.ts',
        from: `export function scopeId({ userId, route, key }: KeyScope): string {
  return \`\${String(userId)} \${route} \${key}\`;`,
        to: `export function scopeId({ route, key }: KeyScope): string {
  return \`\${route} \${key}\`;`,
      },
      {
        file: 'src/inventory/idempotency.ts',
        from: '    `(user_id = ${String(userId)} AND event_id = ${String(eventId)} AND ` +',
        to: '    `(user_id >= ${String(Math.min(0, userId))} AND event_id = ${String(eventId)} AND ` +',
      },
    ],
  },
  {
    name: 'thread-death-safe-to-retry',
    rule: 'A command that was sent to a thread that has ended may have happened',
    tests: [{ project: 'processes-sqlite', file: 'tests/processes/inventory-thread.test.ts' }],
    edits: [
      {
        file: 'src/inventory-thread/inventory-thread.ts',
        from: 'isChange ? outcomeUnknown(end) : unreachable(end)',
        to: 'isChange && end.message === "" ? outcomeUnknown(end) : unreachable(end)',
      },
    ],
  },
  {
    name: 'answered-before-commit',
    rule: 'A command is answered after its commit',
    tests: [{ project: 'faults', file: 'tests/faults/mysql/commit-lost.test.ts' }],
    edits: [
      {
        file: 'src/inventory/inventory-executor.ts',
        from: `            isExclusive: pendings[0]!.isExclusive,
          })),
          this.#finish,
        ),`,
        to: `            isExclusive: pendings[0]!.isExclusive,
          })),
          this.#finish,
        ).then((done) => {
          done.batches.forEach((result, index) => {
            if (result) settle(batches[index]!, result);
          });
          return done;
        }),`,
      },
    ],
  },
  {
    name: 'bad-neighbour-fails-all',
    rule: 'A command that violates a database rule fails alone',
    tests: [{ project: 'mysql', file: 'tests/mysql/conflicts.test.ts' }],
    edits: [
      {
        file: 'src/inventory/inventory-executor.ts',
        from: `    } else if (pendings.length === 1) {
      settleSingle(pendings[0]!, error);`,
        to: `    } else if (pendings.length > 0) {
      for (const pending of pendings) settleSingle(pending, error);`,
      },
    ],
  },
  {
    name: 'events-fail-together',
    rule: 'If a shared transaction fails, each of its events runs alone',
    tests: [{ project: 'sqlite', file: 'tests/concurrency/many-events.test.ts' }],
    edits: [
      {
        file: 'src/inventory/inventory-executor.ts',
        from: '      for (const batch of batches) batch.queue.makeExclusive(batch.pendings);',
        to: '      for (const pending of pendings) settleSingle(pending, error);',
      },
    ],
  },
  {
    name: 'held-account-runs-again',
    rule: 'Commands whose accounts are locked do not run again with their batch',
    tests: [{ project: 'mysql', file: 'tests/mysql/locks.test.ts' }],
    edits: [
      {
        file: 'src/inventory/inventory-executor.ts',
        from: '          batches = [{ queue, pendings: await this.#refuseHeld(pendings, deadline) }];',
        to: `          await this.#refuseHeld(pendings, deadline);
          batches = [{ queue, pendings }];`,
      },
    ],
  },
  {
    name: 'no-connection-left',
    rule: 'Commands leave connections for everything else',
    tests: [{ project: 'mysql', file: 'tests/mysql/locks.test.ts' }],
    edits: [
      {
        file: 'src/load/connection-shares.ts',
        from: 'batches: Math.max(1, poolMax - taken)',
        to: 'batches: Math.max(poolMax, taken)',
      },
    ],
  },
  {
    name: 'rest-of-batch-forgotten',
    rule: 'What did not fit into its batch runs in the next',
    tests: [
      { project: 'unit', file: 'tests/unit/event-queue.test.ts' },
      { project: 'sqlite', file: 'tests/integration/batches.test.ts' },
    ],
    edits: [
      {
        file: 'src/inventory/inventory-executor.ts',
        from: '  queue.putBack(pendings.slice(results.length));',
        to: '  queue.putBack(pendings.slice(pendings.length));',
      },
    ],
  },
  {
    name: 'youngest-decides-time',
    rule: 'A batch ends before the deadline of its oldest command',
    tests: [{ project: 'mysql', file: 'tests/mysql/conflicts.test.ts' }],
    edits: [
      {
        file: 'src/inventory/inventory-executor.ts',
        from: '  return Math.min(...pendings.map(({ deadline }) => deadline));',
        to: '  return Math.max(...pendings.map(({ deadline }) => deadline));',
      },
    ],
  },
  {
    name: 'lowest-priority-first',
    rule: 'The queue is loaded by priority, the highest first',
    tests: [{ project: 'sqlite', file: 'tests/integration/queue-order.test.ts' }],
    edits: [
      {
        file: 'src/inventory/inventory-loader.ts',
        from: `      ['priority', 'DESC'],`,
        to: `      ['priority', 'ASC'],`,
      },
    ],
  },
  {
    name: 'queue-ordered-by-id',
    rule: 'The queue is served by queue number, not by row id',
    tests: [{ project: 'sqlite', file: 'tests/integration/queue-order.test.ts' }],
    edits: [
      {
        file: 'src/inventory/inventory-loader.ts',
        from: `      ['queue_no', 'ASC'],`,
        to: `      ['id', 'ASC'],`,
      },
    ],
  },
  {
    name: 'tickets-outside-transaction',
    rule: 'Tickets, including promoted ones, are written in the transaction of the change',
    tests: [{ project: 'sqlite', file: 'tests/api/cancel.test.ts' }],
    edits: [
      {
        file: 'src/inventory/inventory-writer.ts',
        from: '  const single = await insertBookings(database, tx, all);',
        to: '  const single = await insertBookings(database, null as never, all);',
      },
    ],
  },
  {
    name: 'version-guard-dropped',
    rule: 'The event row is only written over the version that was locked',
    tests: [{ project: 'sqlite', file: 'tests/integration/units-of-work.test.ts' }],
    edits: [
      {
        file: 'src/inventory/inventory-writer.ts',
        from: '      ({ before: { id, version } }) => `(id = ${String(id)} AND version = ${String(version)})`,',
        to: '      ({ before: { id, version } }) => `(id = ${String(id)} AND version >= ${String(Math.min(0, version))})`,',
      },
    ],
  },
  {
    name: 'ids-computed',
    rule: 'Ids of new tickets are read back, not counted from the first',
    tests: [{ project: 'mysql', file: 'tests/mysql/two-servers.test.ts' }],
    edits: [
      {
        file: 'src/inventory/new-ids.ts',
        from: '  return idsByEvent(rows, ({ ticket_no }) => ticket_no);',
        to: `  const first = Math.min(...rows.map(({ id }) => id));
  const from = Math.min(...rows.map(({ ticket_no }) => ticket_no));
  const counted = rows.map((row) => ({ ...row, id: first + row.ticket_no - from }));
  return idsByEvent(counted, ({ ticket_no }) => ticket_no);`,
      },
    ],
  },
  {
    name: 'deletion-misses-new-event',
    rule: 'A deletion starts over if the person has meanwhile become an organizer',
    tests: [{ project: 'mysql', file: 'tests/mysql/accounts.test.ts' }],
    edits: [
      {
        file: 'src/inventory/delete-account.ts',
        from: '  const hasNewEvent = [...now.inventories, ...now.organized].some((id) => !eventIds.has(id));',
        to: '  const hasNewEvent = [...now.inventories].some((id) => !eventIds.has(id));',
      },
    ],
  },
  {
    name: 'users-locked-before-events',
    rule: 'Events are locked before accounts',
    tests: [{ project: 'mysql', file: 'tests/mysql/accounts.test.ts' }],
    edits: [
      {
        file: 'src/inventory/delete-account.ts',
        from: `  const locked = await lockEvents(database, tx, [...eventIds]);
  await lockAccounts();`,
        to: `  await lockAccounts();
  const locked = await lockEvents(database, tx, [...eventIds]);`,
      },
    ],
  },
  {
    name: 'security-first-of-two-tokens',
    rule: 'A request with two Authorization headers is refused',
    tests: [{ project: 'sqlite', file: 'tests/api/tokens.test.ts' }],
    edits: [
      {
        file: 'src/middlewares/authenticate.ts',
        from: '    if (countAuthorizations(rawHeaders) > 1) throw invalidToken();',
        to: '    if (countAuthorizations(rawHeaders) > 2) throw invalidToken();',
      },
    ],
  },
  {
    name: 'availability-answers-for-key',
    rule: 'A replay comes before any check of the current event',
    tests: [{ project: 'sqlite', file: 'tests/api/idempotency.test.ts' }],
    edits: [
      {
        file: 'src/middlewares/check-availability.ts',
        from: 'else if (!idempotencyKey || !(await keyReader.isKnown(eventId, idempotencyKey))) {',
        to: 'else if (!(await keyReader.isKnown(eventId, idempotencyKey!)) || mustBeOnSale) {',
      },
    ],
  },
  {
    name: 'sale-start-by-own-clock',
    rule: 'The sale starts by the clock of the database',
    tests: [{ project: 'processes-mysql', file: 'tests/processes/mysql/sale-start.test.ts' }],
    edits: [
      {
        file: 'src/models/facts.ts',
        from: 'asOf: row.now }',
        to: 'asOf: new Date() }',
      },
    ],
  },
  {
    name: 'sale-judged-before-the-lock-only',
    rule: 'Whether tickets are on sale is decided under the lock of the event',
    tests: [{ project: 'mysql', file: 'tests/mysql/sale-start.test.ts' }],
    edits: [
      {
        file: 'src/domain/decide.ts',
        from: 'if (closed) return refuse(inventory, closed);',
        to: "if (closed?.code === 'EVENT_CANCELLED') return refuse(inventory, closed);",
      },
    ],
  },
  {
    name: 'security-account-policy-skipped',
    rule: 'Only admins act on or for another account',
    tests: [{ project: 'sqlite', file: 'tests/api/authorization.test.ts' }],
    edits: [
      {
        file: 'src/policies/accounts.policy.ts',
        from: `  return actor.id === userId || actor.role === 'admin';`,
        to: '  return actor.id === userId || actor.role !== undefined;',
      },
    ],
  },
  {
    name: 'security-event-policy-skipped',
    rule: 'Only the organizer and admins manage an event',
    tests: [{ project: 'sqlite', file: 'tests/api/authorization.test.ts' }],
    edits: [
      {
        file: 'src/domain/rights.ts',
        from: `  return actor.role === 'admin' || actor.id === event.organizerId;`,
        to: '  return actor.role !== undefined || actor.id === event.organizerId;',
      },
    ],
  },
  {
    name: 'drain-resets-the-waiting',
    rule: 'A client that could connect to a stopping server is answered',
    tests: [{ project: 'processes-sqlite', file: 'tests/processes/drain.test.ts' }],
    edits: [
      {
        file: 'src/process/http-server.ts',
        from: '    for (let now = startedAt; now - startedAt < QUIET_LIMIT_MS; now = performance.now()) {',
        to: '    for (let now = startedAt; now - startedAt > QUIET_LIMIT_MS; now = performance.now()) {',
      },
    ],
  },
  {
    name: 'account-never-forgotten',
    rule: 'An ended token is refused at once by the process that ended it',
    tests: [{ project: 'sqlite', file: 'tests/api/sessions.test.ts' }],
    edits: [
      {
        file: 'src/auth/short-cache.ts',
        from: '    this.#remembered.delete(key);',
        to: '    if (key === -1) this.#remembered.delete(key);',
      },
    ],
  },
  {
    name: 'security-audit-policy-skipped',
    rule: 'Only the organizer, staff with the right tickets and admins read the audit log',
    tests: [{ project: 'sqlite', file: 'tests/api/authorization.test.ts' }],
    edits: [
      {
        file: 'src/services/audit.service.ts',
        from: "hasRight(actor, event, 'tickets')",
        to: "hasRight(actor, event, 'tickets') || true",
      },
    ],
  },
  {
    name: 'security-ended-token-honoured',
    rule: 'A token ends with the version of its account',
    tests: [{ project: 'sqlite', file: 'tests/api/sessions.test.ts' }],
    edits: [
      {
        file: 'src/services/auth.service.ts',
        from: '    if (account?.tokenVersion !== version) throw invalidToken();',
        to: '    if (account === undefined || version < 0) throw invalidToken();',
      },
    ],
  },
  {
    name: 'security-ticket-policy-skipped',
    rule: 'A ticket is shown only to its parties',
    tests: [{ project: 'sqlite', file: 'tests/api/authorization.test.ts' }],
    edits: [
      {
        file: 'src/services/tickets.service.ts',
        from: '      mayUseTicket(actor, found.ticket, event),',
        to: '      mayUseTicket(actor, found.ticket, event) || true,',
      },
    ],
  },
  {
    name: 'security-algorithm-from-header',
    rule: 'The configuration determines the algorithm of a token, not its header',
    tests: [{ project: 'sqlite', file: 'tests/api/tokens.test.ts' }],
    edits: [
      {
        file: 'src/auth/tokens.ts',
        from: '          algorithms: [ALGORITHM],',
        to: `          algorithms: [
            (jwt.decode(token, { complete: true })?.header.alg ?? ALGORITHM) as jwt.Algorithm,
          ],`,
      },
    ],
  },
  {
    name: 'security-used-refresh-token-forgotten',
    rule: 'A refresh token that is used twice ends its session',
    tests: [{ project: 'sqlite', file: 'tests/api/refresh.test.ts' }],
    edits: [
      {
        file: 'src/services/sessions.service.ts',
        from: '          await this.#end(tx, { id: session.id });\n',
        to: '',
      },
    ],
  },
  {
    name: 'security-refresh-grace-for-ever',
    rule: 'A used refresh token is answered again for ten seconds only',
    tests: [{ project: 'sqlite', file: 'tests/api/refresh.test.ts' }],
    edits: [
      {
        file: 'src/auth/judge-refresh.ts',
        from: 'session.used_hash === hash && isInGrace',
        to: 'session.used_hash === hash && (isInGrace || usedAt > 0)',
      },
    ],
  },
  {
    name: 'security-refresh-not-locked',
    rule: 'Of two refreshes at the same moment, one goes on and the other is told the same',
    tests: [{ project: 'mysql', file: 'tests/api/refresh.test.ts' }],
    edits: [
      {
        file: 'src/database/locks.ts',
        from: `    where: { family },
    lock: tx.LOCK.UPDATE,`,
        to: '    where: { family },',
      },
    ],
  },
  {
    name: 'security-expired-session-goes-on',
    rule: 'A session that was not used for REFRESH_EXPIRES_IN is over',
    tests: [{ project: 'sqlite', file: 'tests/api/refresh.test.ts' }],
    edits: [
      {
        file: 'src/auth/judge-refresh.ts',
        from: `  if (session.expires_at <= now) return 'over';\n`,
        to: '',
      },
    ],
  },
  {
    name: 'security-session-survives-token-version',
    rule: 'What ends the tokens of an account ends its sessions',
    tests: [{ project: 'sqlite', file: 'tests/api/refresh.test.ts' }],
    edits: [
      {
        file: 'src/services/sessions.service.ts',
        from: '      where: { id: user_id, token_version, deleted_at: null },',
        to: '      where: { id: user_id, ...(token_version < 0 ? { token_version } : {}), deleted_at: null },',
      },
    ],
  },
  {
    name: 'security-others-session-ended',
    rule: 'Only the account of a session logs it out',
    tests: [{ project: 'sqlite', file: 'tests/api/refresh.test.ts' }],
    edits: [
      {
        file: 'src/services/sessions.service.ts',
        from: '#end(tx, { family: given.family, user_id: userId })',
        to: '#end(tx, { family: given.family, ...(userId > 0 ? {} : { user_id: userId }) } as { family: string; user_id: number })',
      },
    ],
  },
  {
    name: 'security-refresh-renews-login',
    rule: 'A refresh does not count as a login',
    tests: [{ project: 'sqlite', file: 'tests/api/recent-login.test.ts' }],
    edits: [
      {
        file: 'src/services/sessions.service.ts',
        from: '      authTime: secondsOf(session.auth_time) + ahead,',
        to: '      authTime: secondsOf(issuedAt),',
      },
    ],
  },
  {
    name: 'security-old-login-changes-account',
    rule: 'An old login needs the password to change the e-mail or delete the account',
    tests: [{ project: 'sqlite', file: 'tests/api/recent-login.test.ts' }],
    edits: [
      {
        file: 'src/auth/credential.ts',
        from: 'authTime !== null && Date.now()',
        to: 'authTime === null || Date.now()',
      },
    ],
  },
  {
    name: 'security-expiry-told-of-bad-tokens',
    rule: 'Only a token that is good otherwise is told that it is over',
    tests: [{ project: 'sqlite', file: 'tests/api/tokens.test.ts' }],
    edits: [
      {
        file: 'src/auth/tokens.ts',
        from: '    if (token.length > MAX_TOKEN_CHARACTERS) throw invalidToken();\n',
        to: `    if (token.length > MAX_TOKEN_CHARACTERS) throw invalidToken();
    const unproven = jwt.decode(token, { json: true });
    if (typeof unproven?.exp === 'number' && unproven.exp <= nowInSeconds()) throw tokenExpired();
`,
      },
    ],
  },
  {
    name: 'security-key-makes-keys',
    rule: 'An API key can neither change accounts nor make keys',
    tests: [{ project: 'sqlite', file: 'tests/api/api-keys.test.ts' }],
    edits: [
      {
        file: 'src/middlewares/authorize.ts',
        from: '!(isByKey && NEVER_BY_KEY.has(route.access))',
        to: '!(isByKey && NEVER_BY_KEY.has(route.access) && route.path === "")',
      },
    ],
  },
  {
    name: 'security-expired-key-honoured',
    rule: 'An API key ends at its time',
    tests: [{ project: 'sqlite', file: 'tests/api/api-keys.test.ts' }],
    edits: [
      {
        file: 'src/services/api-keys.service.ts',
        from: 'key.expiresAt.getTime() <= Date.now()',
        to: 'key.expiresAt.getTime() <= 0',
      },
    ],
  },
  {
    name: 'security-ended-key-honoured',
    rule: 'An ended API key is refused at once by the process that ended it',
    tests: [{ project: 'sqlite', file: 'tests/api/api-keys.test.ts' }],
    edits: [
      {
        file: 'src/services/api-keys.service.ts',
        from: '    this.#keys.forget(hash);',
        to: '    if (hash === "") this.#keys.forget(hash);',
      },
    ],
  },
  {
    name: 'security-others-key-ended',
    rule: 'An account ends its own API keys only',
    tests: [{ project: 'sqlite', file: 'tests/api/api-keys.test.ts' }],
    edits: [
      {
        file: 'src/services/api-keys.service.ts',
        from: 'const where = { id: keyId, user_id: actor.id };',
        to: 'const where = { id: keyId };',
      },
    ],
  },
  {
    name: 'security-key-limits-shared',
    rule: 'Each API key has its own rate limits',
    tests: [{ project: 'sqlite', file: 'tests/api/api-keys.test.ts' }],
    edits: [
      {
        file: 'src/middlewares/rate-limit.ts',
        from: "credential?.kind === 'key' ?",
        to: "credential?.kind === 'key' && credential.keyId < 0 ?",
      },
    ],
  },
  {
    name: 'key-use-written-each-time',
    rule: 'The last use of an API key is written at most once a minute',
    tests: [{ project: 'sqlite', file: 'tests/api/api-keys.test.ts' }],
    edits: [
      {
        file: 'src/services/api-keys.service.ts',
        from: '{ where: { id: keyId, ...isDue }, transaction: tx },',
        to: '{ where: { id: keyId, ...(keyId < 0 ? isDue : {}) }, transaction: tx },',
      },
    ],
  },
  {
    name: 'security-any-right-is-every-right',
    rule: 'Each right for an event allows what it names, and nothing else',
    tests: [{ project: 'sqlite', file: 'tests/api/staff.test.ts' }],
    edits: [
      {
        file: 'src/domain/rights.ts',
        from: 'event.staff.get(actor.id)?.has(right) === true',
        to: '(event.staff.get(actor.id)?.has(right) ?? right === "update")',
      },
    ],
  },
  {
    name: 'security-rights-for-every-event',
    rule: 'A right counts for its event only',
    tests: [{ project: 'sqlite', file: 'tests/api/staff.test.ts' }],
    edits: [
      {
        file: 'src/inventory/inventory-loader.ts',
        from: 'staff.size > 0 ? [{ event_id: event.id, user_id: [...staff] }] : [],',
        to: 'staff.size > 0 && event.id > 0 ? [{ user_id: [...staff] }] : [],',
      },
      {
        file: 'src/inventory/inventory-loader.ts',
        from: 'staff.get(event.id)?.map(',
        to: '[...staff.values()].flat().map(',
      },
    ],
  },
  {
    name: 'security-staff-makes-staff',
    rule: 'Only the organizer and admins give rights',
    tests: [{ project: 'sqlite', file: 'tests/api/staff.test.ts' }],
    edits: [
      {
        file: 'src/services/staff.service.ts',
        from: '      requireManager(actor, { organizerId: event.organizer_id });',
        to: '      if (event.id < 0) requireManager(actor, { organizerId: event.organizer_id });',
      },
    ],
  },
  {
    name: 'security-resize-with-update',
    rule: 'A change of an event needs the right of each field that changes',
    tests: [{ project: 'sqlite', file: 'tests/api/staff.test.ts' }],
    edits: [
      {
        file: 'src/domain/manage-event.ts',
        from: '  return mayUpdate && (mayResize || !isResized);',
        to: '  return mayUpdate || (mayResize && !isResized);',
      },
    ],
  },
  {
    name: 'last-admin-demotable',
    rule: 'There is always an admin',
    tests: [{ project: 'sqlite', file: 'tests/api/roles.test.ts' }],
    edits: [
      {
        file: 'src/services/accounts.ts',
        from: `  const isLast = user.role === 'admin' && admins.every(({ id }) => id === user.id);`,
        to: `  const isLast = user.role === 'admin' && admins.length === 0;`,
      },
    ],
  },
  {
    name: 'password-change-keeps-tokens',
    rule: 'A new password ends all tokens',
    tests: [{ project: 'sqlite', file: 'tests/api/accounts.test.ts' }],
    edits: [
      {
        file: 'src/services/users.service.ts',
        from: '        token_version: hash === null ? current.token_version : current.token_version + 1,',
        to: '        token_version: hash === null ? current.token_version : current.token_version + 0,',
      },
    ],
  },
  {
    name: 'admin-create-changes-password',
    rule: 'admin:create leaves the password of an existing account unless told to reset it',
    tests: [{ project: 'processes-sqlite', file: 'tests/processes/operator-commands.test.ts' }],
    edits: [
      {
        file: 'src/services/admin-accounts.service.ts',
        from: 'resetPassword ? hash : known.password',
        to: 'hash',
      },
    ],
  },
  {
    name: 'security-weak-first-admin',
    rule: 'The first admin is under the rules of all passwords',
    tests: [{ project: 'processes-sqlite', file: 'tests/processes/sqlite/start.test.ts' }],
    edits: [
      {
        file: 'src/process/admin-password.ts',
        from: 'if (weakness !== null) throw',
        to: "if (weakness === '') throw",
      },
    ],
  },
  {
    name: 'origin-with-a-path',
    rule: 'An origin that no page can have is refused at start',
    tests: [{ project: 'unit', file: 'tests/unit/load-config.test.ts' }],
    edits: [
      {
        file: 'src/config/origins.ts',
        from: 'return origin === text ? null : `write ${origin}`;',
        to: 'return origin === text ? null : null;',
      },
    ],
  },
  {
    name: 'security-emails-for-all',
    rule: 'E-mails in a queue are shown only to the person, the organizer and admins',
    tests: [{ project: 'sqlite', file: 'tests/api/waitlist.test.ts' }],
    edits: [
      {
        file: 'src/services/waitlist-reader.ts',
        from: 'mayUseEntry(actor, row.user_id, staffed.get(row.event_id)!)',
        to: '(mayUseEntry(actor, row.user_id, staffed.get(row.event_id)!) || true)',
      },
    ],
  },
  {
    name: 'security-entry-policy-skipped',
    rule: 'Only the organizer and admins remove others from a queue',
    tests: [{ project: 'sqlite', file: 'tests/api/authorization.test.ts' }],
    edits: [
      {
        file: 'src/domain/waitlist.ts',
        from: '  if (!mayUseEntry(actor, userId, inventory.staffed)) {',
        to: '  if (!mayUseEntry(actor, userId, inventory.staffed) && inventory.event.id < 0) {',
      },
    ],
  },
];
