import { closeSync, openSync } from 'node:fs';
import { Writable } from 'node:stream';
import winston from 'winston';

type FileOptions = winston.transports.FileTransportOptions;

/** Entries, of up to 32 lines each, that may wait for the disk; further ones are dropped. */
const MAX_WAITING_ENTRIES = 2_000;
/** How long the disk may accept no line before the file is reopened. */
const STALL_LIMIT_MS = 3_000;

/** The property of an entry that winston's transports write. */
export const MESSAGE = Symbol.for('message');

/**
 * Rotated log files that never block the logger. winston's file transport does not report failed
 * writes: on a full disk it would block the logger permanently, and standard output with it.
 *
 * Emits `stalled` when lines are lost, with the error if there is one.
 */
export class LogFiles extends Writable {
  #file: winston.transports.FileTransportInstance;
  #lastTakenAt = performance.now();
  /** The file accepts no lines, and has said why. */
  #hasFailed = false;

  /** @throws Error if the folder can't be created */
  constructor(
    private readonly path: string,
    private readonly options: Omit<FileOptions, 'filename'>,
  ) {
    super({ decodeStrings: false });
    this.#file = this.#open();
  }

  override _write(text: string, _encoding: BufferEncoding, done: () => void): void {
    done();
    const now = performance.now();
    if (this.#file.writableLength === 0 && !this.#hasFailed) this.#lastTakenAt = now;
    else if (now - this.#lastTakenAt > STALL_LIMIT_MS) this.#reopen();
    if (this.#file.writableLength >= MAX_WAITING_ENTRIES) return;
    this.#file.write({ [MESSAGE]: text }, (error) => {
      if (!error && !this.#hasFailed) this.#lastTakenAt = performance.now();
    });
  }

  #reopen(): void {
    this.#lastTakenAt = performance.now();
    this.#file.destroy();
    try {
      this.#file = this.#open();
    } catch {
      // The folder is gone: the destroyed file still accepts lines, but writes none.
    }
    this.emit('stalled');
  }

  #open(): winston.transports.FileTransportInstance {
    this.#hasFailed = false;
    const file = new winston.transports.File({ ...this.options, filename: this.path });
    // Writing then stops, and the file is reopened.
    file.on('error', (error) => {
      this.#fail(error);
    });
    try {
      // winston says nothing of a file that can't be opened.
      closeSync(openSync(this.path, 'a'));
    } catch (error) {
      // By then someone listens.
      process.nextTick(() => {
        this.#fail(error as Error);
      });
    }
    return file;
  }

  #fail(error: Error): void {
    if (!this.#hasFailed) this.emit('stalled', error);
    this.#hasFailed = true;
  }
}
