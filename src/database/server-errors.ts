/**
 * What error numbers of MySQL, MariaDB and what stands in front of them mean for a transaction. Numbers
 * that are not listed are bugs of this program.
 */

/**
 * How to handle a database error:
 * - `conflict`: the transaction lost against another; retry it as a whole;
 * - `wrong server`: this server takes no writes, or is about to leave: all connections made so far are
 *   dropped, and what has surely done nothing runs again on a new one;
 * - `not now`: the server or the way to it may be back within a second; the same on a new connection;
 * - `unavailable`: the database can't do it, and waiting a second would not help;
 * - `constraint`: the data violates a rule of the schema;
 * - `unknown`: none of these, so a bug in this program.
 *
 * A transaction that fails with any of them before COMMIT was sent has changed nothing.
 */
export type FaultKind =
  'conflict' | 'wrong server' | 'not now' | 'unavailable' | 'constraint' | 'unknown';

interface ErrorMeaning {
  readonly errnos: readonly number[];
  readonly kind: FaultKind;
  readonly reason: string;
  /** Whether the answer to COMMIT proves that nothing was saved. Otherwise it may have been. */
  readonly isRefusedCommit?: true;
}

/** Waiting for a row or table lock timed out. InnoDB rolls back the statement only. */
export const ER_LOCK_WAIT_TIMEOUT = 1205;

const MEANINGS: readonly ErrorMeaning[] = [
  {
    errnos: [1213],
    kind: 'conflict',
    isRefusedCommit: true,
    reason: 'Deadlock. On Galera also: lost against another node, in a statement or at COMMIT',
  },
  {
    errnos: [ER_LOCK_WAIT_TIMEOUT],
    kind: 'conflict',
    isRefusedCommit: true,
    reason: 'Lock wait timeout',
  },
  {
    errnos: [1020],
    kind: 'conflict',
    isRefusedCommit: true,
    reason: 'MariaDB: the record has changed since it was read',
  },
  {
    errnos: [3101],
    kind: 'conflict',
    isRefusedCommit: true,
    reason: 'Group Replication: certification failed at COMMIT, the transaction is rolled back',
  },
  {
    errnos: [8002, 8022, 9007],
    kind: 'conflict',
    isRefusedCommit: true,
    reason: 'TiDB: write conflicts',
  },
  { errnos: [8028], kind: 'conflict', reason: 'TiDB: the schema changed meanwhile' },

  {
    errnos: [1290],
    kind: 'wrong server',
    isRefusedCommit: true,
    reason:
      'read_only or super_read_only is on. A COMMIT is checked first, and rolls back when refused',
  },
  {
    errnos: [1792, 1836],
    kind: 'wrong server',
    reason: 'Transactions are read-only here, or InnoDB is: replicas and Aurora readers',
  },
  {
    errnos: [3100],
    kind: 'wrong server',
    reason:
      'Group Replication: the hook before COMMIT failed. It may fail after the group has got the ' +
      'transaction, so other members may keep it',
  },
  {
    errnos: [3796, 3797, 3798, 3799],
    kind: 'wrong server',
    reason: 'Group Replication: the member is leaving, or can’t wait for what the group has done',
  },
  {
    errnos: [1047],
    kind: 'wrong server',
    reason: 'Galera: the node has left the cluster, or is not synchronized',
  },
  { errnos: [3032], kind: 'wrong server', reason: 'offline_mode is on' },
  { errnos: [1053, 1077, 1079], kind: 'wrong server', reason: 'The server is shutting down' },

  {
    errnos: [1040, 1203, 1226, 1184],
    kind: 'not now',
    reason: 'Too many connections, or a new one was aborted',
  },
  {
    errnos: [1158, 1159, 1160, 1161, 2002, 2003, 2006, 2013],
    kind: 'not now',
    reason: 'The network, also between a proxy and its servers',
  },
  {
    errnos: [1927, 3168, 3169, 4031],
    kind: 'not now',
    reason: 'The session was ended: killed, idle too long, or its server is not available',
  },
  {
    errnos: [8027, 9001, 9002, 9003, 9004, 9005],
    kind: 'not now',
    reason:
      'TiDB: a node restarts or a region moves. ProxySQL (9001): no server took the statement',
  },
  { errnos: [9501], kind: 'not now', reason: 'RDS Proxy: it found no connection in time' },

  {
    errnos: [1129, 1130],
    kind: 'unavailable',
    reason: 'This host may not connect',
  },
  {
    errnos: [3, 28, 1021, 1026, 1030, 1114],
    kind: 'unavailable',
    reason: 'Disk full, table full, storage engine in trouble',
  },
  { errnos: [1180], kind: 'unavailable', reason: 'An error during COMMIT' },
  {
    errnos: [1317, 1969, 3024],
    kind: 'unavailable',
    reason: 'The statement was interrupted, or ran longer than the server allows',
  },

  {
    errnos: [1062, 1451, 1452, 3819, 4025, 1048, 1264, 1366, 1406],
    kind: 'constraint',
    reason:
      'Unique key, foreign key, CHECK (MySQL and MariaDB), NULL, and values that don’t fit the column',
  },
  {
    errnos: [1644],
    kind: 'constraint',
    reason: 'SIGNAL in a trigger: a rule that the operator added',
  },
  {
    errnos: [1153],
    kind: 'constraint',
    reason: 'A statement larger than max_allowed_packet: half a batch may fit',
  },
];

/** Access denied: to the server, the database, a table, a column, an operation, a routine. */
export const DENIED_ERRNOS: ReadonlySet<number> = new Set([1045, 1044, 1142, 1143, 1227, 1370]);

const BY_ERRNO: ReadonlyMap<number, ErrorMeaning> = new Map(
  MEANINGS.flatMap((meaning) => meaning.errnos.map((errno) => [errno, meaning] as const)),
);

/** The kind of a server's error; undefined if the number is not listed. */
export function kindOfErrno(errno: number): FaultKind | undefined {
  return DENIED_ERRNOS.has(errno) ? 'unavailable' : BY_ERRNO.get(errno)?.kind;
}

/** Whether a COMMIT that was answered with this number has surely saved nothing. */
export function isRefusedCommit(errno: number): boolean {
  return BY_ERRNO.get(errno)?.isRefusedCommit === true;
}
