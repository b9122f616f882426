import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Between two bytes of a client that takes its time. */
const DRIP_MS = 500;

/** Connects, and forgets errors: the connection's end is what is looked at. */
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
 * Says something, then a byte now and then until it is cut off.
 *
 * @param isReading whether it takes what the server sends
 * @returns after how many milliseconds it was cut off
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

/** Says something or nothing, reads what comes, and keeps the connection until it is cut off. */
export async function linger(port: number, opening = ''): Promise<number> {
  const socket = await open(port);
  const startedAt = performance.now();
  socket.resume();
  socket.write(opening);
  await ended(socket);
  return performance.now() - startedAt;
}
