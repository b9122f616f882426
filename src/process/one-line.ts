import { connectionFault } from '../database/connection-fault';

/**
 * What an error says to people. Never its fields: those of a database error hold the statement, with
 * its values.
 */
export function oneLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return connectionFault(error) ?? (error.message || error.name);
}
