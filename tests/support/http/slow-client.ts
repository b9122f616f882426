import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Between two bytes of a slow client. */
const DRIP_MS = 500;

/** Connects, and ignores errors: only the end of the connection matters. */
async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** A connection may end in an error; `once` would reject then. */
function ended(socket: Socket): Promise<unknown> {
  return new Promise((resolve) => socket.once('close', resolve));
}

/**
 * Sends something, then a byte now and then until the connection is closed.
 *
 * @param isReading whether it reads what the server sends
 * @returns after how many milliseconds it was closed
 */
export async function drip(
  port: number,
  { opening, byte, isReading }: { opening: string; byte: string; isReading: boolean },
): Promise<number> {
  const socket = await open(port);
  const startedAt = performance.now();
  if (isReading) socket.resume();
  socket.write(opening);
  const timer = setInterval(() => socket.write(byte), DRIP_MS);
  await ended(socket);
  clearInterval(timer);
  return performance.now() - startedAt;
}

/** Sends something or nothing, reads, and keeps the connection until it is closed. */
export async function linger(port: number, opening = ''): Promise<number> {
  const socket = await open(port);
  const startedAt = performance.now();
  socket.resume();
  socket.write(opening);
  await ended(socket);
  return performance.now() - startedAt;
}
