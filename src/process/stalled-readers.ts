import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** How long a client may read nothing of what is ready for it. */
const STALL_LIMIT_MS = 10_000;
/** How often connections are checked. */
const CHECK_INTERVAL_MS = 1_000;

/** How much of an answer has been sent, and since when nothing more has. */
interface Backlog {
  readonly sentBytes: number;
  readonly since: number;
}

/**
 * Closes the connections of clients that do not read their answers: Node would wait for them
 * indefinitely and keep the answers in memory.
 */
export function dropStalledReaders(server: Server): void {
  const backlogs = new Map<Socket, Backlog | undefined>();
  server.on('connection', (socket) => {
    backlogs.set(socket, undefined);
    socket.once('close', () => backlogs.delete(socket));
  });
  setInterval(() => {
    const now = performance.now();
    for (const [socket, before] of backlogs) {
      const sentBytes = socket.bytesWritten - socket.writableLength;
      if (socket.writableLength === 0) backlogs.set(socket, undefined);
      else if (before?.sentBytes !== sentBytes) backlogs.set(socket, { sentBytes, since: now });
      else if (now - before.since >= STALL_LIMIT_MS) socket.destroy();
    }
  }, CHECK_INTERVAL_MS).unref();
}
