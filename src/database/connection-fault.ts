import { ConnectionError } from 'sequelize';

/** The driver's error beneath Sequelize's. */
interface DriverError {
  readonly errno?: number;
  readonly code?: string;
  readonly message: string;
}

const FEW_CONNECTIONS =
  'DB_POOL_MAX (16) connections for each process, and one for commands, must be allowed';

/** What to do about a refusal of the server, by the number of its error. */
const REFUSALS: Readonly<Record<number, string>> = {
  1040: FEW_CONNECTIONS,
  1203: FEW_CONNECTIONS,
  1226: FEW_CONNECTIONS,
  1044: 'see DB_USER and DB_DATABASE',
  1045: 'see DB_USER and DB_PASS, and DB_SSL if the account must use TLS',
  1049: 'see DB_DATABASE',
  1130: "the server lets this machine's address in under no account",
  3159: 'set DB_SSL=required, or DB_SSL=verify to check its certificate too',
};

/**
 * One line on why there is no connection to the database, and which variable to look at; null for
 * any other error.
 */
export function connectionFault(error: unknown): string | null {
  if (!(error instanceof ConnectionError)) return null;
  const { errno = 0, code = '', message } = error.parent as DriverError;
  // When all addresses of a host refuse, Node has a code, but no message.
  const reason = (message || code).replaceAll(/\s+/g, ' ');
  const remedy = REFUSALS[errno];
  if (remedy !== undefined) return `The database refuses the connection: ${reason} (${remedy})`;
  switch (code) {
    case 'HANDSHAKE_NO_SSL_SUPPORT':
      return 'The database server offers no TLS, which DB_SSL asks for';
    case 'HANDSHAKE_SSL_ERROR':
      return `No TLS with the database server: ${reason} (see DB_SSL and DB_SSL_CA)`;
    default:
      return `The database can't be reached: ${reason} (see DB_HOST, DB_PORT and DB_SOCKET)`;
  }
}
