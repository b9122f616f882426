import type { Connection, RowDataPacket } from 'mysql2';

/** One database server, and its settings when a connection was made. */
export interface ServerNode {
  /** Differs between any two servers, also if one follows the other at the same address. */
  readonly id: string;
  /** For people: its host name and port, as it knows them. */
  readonly name: string;
  /** `innodb_flush_log_at_trx_commit`, and `sync_binlog` if it writes a binary log. */
  readonly flushLog: string | undefined;
  readonly syncBinlog: string | undefined;
  /** The setting that lets a read be older than what another server has answered, if there is one. */
  readonly staleReads: string | undefined;
  readonly takesWrites: boolean;
  readonly isGalera: boolean;
  readonly isInGroup: boolean;
}

/** Any of them that is on means that the server is not the one to write to. */
const REFUSES_WRITES = ['read_only', 'super_read_only', 'innodb_read_only', 'offline_mode'];
/** A server leaves out those that it lacks, so one statement suits all engines. */
const VARIABLES = [
  ...REFUSES_WRITES,
  'server_uuid',
  'server_uid',
  'server_id',
  'hostname',
  'port',
  'innodb_flush_log_at_trx_commit',
  'sync_binlog',
  'log_bin',
  'wsrep_on',
  'group_replication_group_name',
  'group_replication_consistency',
];
/** MySQL shows switches as words, and numbers as numbers. */
const OFF = ['', 'OFF', '0'];

/** Asks a server who it is and how it is set. */
export async function readServerNode(connection: Connection): Promise<ServerNode> {
  const rows = await ask(
    connection,
    `SHOW GLOBAL VARIABLES WHERE Variable_name IN ('${VARIABLES.join("', '")}')`,
  );
  const node = serverNode(valuesByName(rows));
  if (!node.takesWrites) return node;
  if (node.isGalera) return { ...node, takesWrites: await isGaleraReady(connection) };
  if (node.isInGroup) return { ...node, takesWrites: await isPrimaryOfGroup(connection) };
  return node;
}

/** @param variables the server's values, by name */
export function serverNode(variables: ReadonlyMap<string, string>): ServerNode {
  const read = (name: string): string => variables.get(name) ?? '';
  const isOn = (name: string): boolean => !OFF.includes(read(name));
  const name = `${read('hostname')}:${read('port')}`;
  const isInGroup = isOn('group_replication_group_name');
  const isConsistent = /^BEFORE(_AND_AFTER)?$/.test(read('group_replication_consistency'));
  return {
    id: [read('server_uuid'), read('server_uid'), name, read('server_id')].join('/'),
    name,
    flushLog: variables.get('innodb_flush_log_at_trx_commit'),
    syncBinlog: isOn('log_bin') ? variables.get('sync_binlog') : undefined,
    staleReads: isInGroup && !isConsistent ? 'group_replication_consistency' : undefined,
    takesWrites: !REFUSES_WRITES.some(isOn),
    isGalera: isOn('wsrep_on'),
    isInGroup,
  };
}

/**
 * Whether the server of a connection takes writes at this moment. The cheapest statement that tells: one
 * for each use of a connection, and any account may ask.
 */
export async function takesWrites(connection: Connection): Promise<boolean> {
  const [row] = await ask(
    connection,
    'SELECT @@global.read_only AS readOnly, @@global.innodb_read_only AS innodbReadOnly',
  );
  return Object.values(row ?? {}).every((value) => OFF.includes(String(value)));
}

/** A Galera node answers this while it is not part of the cluster; nearly all else is refused (1047). */
async function isGaleraReady(connection: Connection): Promise<boolean> {
  const [row] = await ask(connection, "SHOW GLOBAL STATUS LIKE 'wsrep_ready'");
  return !OFF.includes(String(row?.Value));
}

/**
 * Whether the server is a primary that still sees most of its group. An account that may not read the
 * members leaves this to `super_read_only`, which a member sets when it has left the group.
 */
async function isPrimaryOfGroup(connection: Connection): Promise<boolean> {
  try {
    const [row] = await ask(
      connection,
      `SELECT SUM(member_id = @@server_uuid AND member_role = 'PRIMARY' AND member_state = 'ONLINE') AS isPrimary,
              SUM(member_state = 'ONLINE') * 2 > COUNT(*) AS hasMajority
       FROM performance_schema.replication_group_members`,
    );
    return Number(row?.isPrimary) === 1 && Number(row?.hasMajority) === 1;
  } catch (error) {
    if ((error as { errno?: number }).errno === ER_TABLEACCESS_DENIED) return true;
    throw error;
  }
}

const ER_TABLEACCESS_DENIED = 1142;

function valuesByName(rows: readonly RowDataPacket[]): ReadonlyMap<string, string> {
  return new Map(rows.map((row) => [String(row.Variable_name), String(row.Value)]));
}

function ask(connection: Connection, sql: string): Promise<RowDataPacket[]> {
  return new Promise((resolve, reject) => {
    connection.query<RowDataPacket[]>(sql, (error, rows) => {
      if (error) reject(error);
      else resolve(rows);
    });
  });
}
