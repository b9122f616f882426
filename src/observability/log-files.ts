import { Writable } from 'node:stream';
import winston from 'winston';

type FileOptions = winston.transports.FileTransportOptions;

/** Entries, of up to 32 lines each, that may wait for the disk; further ones are left out. */
const MAX_WAITING_ENTRIES = 2_000;
/** How long the disk may take no line before the file is opened anew. */
const STALL_LIMIT_MS = 3_000;

/** What winston's transports write. */
export const MESSAGE = Symbol.for('message');

/**
 * Rotated files that keep nobody waiting. winston's file transport never says that a write failed: on
 * a full disk it would hold up the logger for good, standard output with it.
 *
 * Emits `stalled` when lines are lost.
 */
export class LogFiles extends Writable {
  #file: winston.transports.FileTransportInstance;
  #lastTakenAt = performance.now();

  /** @throws Error where the folder can't be made */
  constructor(private readonly options: FileOptions) {
    super({ decodeStrings: false });
    this.#file = this.#open();
  }

  override _write(text: string, _encoding: BufferEncoding, done: () => void): void {
    done();
    const now = performance.now();
    if (this.#file.writableLength === 0) this.#lastTakenAt = now;
    else if (now - this.#lastTakenAt > STALL_LIMIT_MS) this.#reopen();
    if (this.#file.writableLength >= MAX_WAITING_ENTRIES) return;
    this.#file.write({ [MESSAGE]: text }, (error) => {
      if (!error) this.#lastTakenAt = performance.now();
    });
  }

  #reopen(): void {
    this.#lastTakenAt = performance.now();
    this.#file.destroy();
    try {
      this.#file = this.#open();
    } catch {
      // The folder is gone: what has been destroyed takes lines without end, and writes none.
    }
    this.emit('stalled');
  }

  #open(): winston.transports.FileTransportInstance {
    const file = new winston.transports.File({ ...this.options });
    // Nothing is written then, and it is opened anew.
    file.on('error', () => undefined);
    return file;
  }
}
