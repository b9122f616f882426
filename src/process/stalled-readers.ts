import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** How long a client may take no byte of what is ready for it. */
const STALL_LIMIT_MS = 10_000;
/** How often connections are looked at. */
const CHECK_INTERVAL_MS = 1_000;

/** What of an answer waits in this process, and since when none of it has gone. */
interface Backlog {
  readonly sentBytes: number;
  readonly since: number;
}

/**
 * Cuts the connections of clients that ask and don't read the answer: Node itself waits for them
 * without end, with the answer in its memory.
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
