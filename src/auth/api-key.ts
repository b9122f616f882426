/**
 * API keys: `tk_`, a random secret, and a checksum of both, by which programs that look for leaked
 * secrets tell a key from other text without asking anyone. The database has only the hash.
 */
import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const PREFIX = 'tk_';
const SECRET_BYTES = 32;
/** Characters by which the owner recognizes a key: 3 of them are the same for all. */
const SHOWN_CHARACTERS = 11;
const CHECKSUM_DIGITS = 8;
const FORM = /^(tk_[\w-]{43})([0-9a-f]{8})$/;

export interface ApiKey {
  readonly text: string;
  /** SHA-256 in base64url. */
  readonly hash: string;
  /** The start of the key, which its owner may see later. */
  readonly prefix: string;
}

export function newApiKey(): ApiKey {
  const body = PREFIX + randomBytes(SECRET_BYTES).toString('base64url');
  return keyOf(body + checksumOf(body));
}

/** Whether a bearer token means to be an API key. */
export function looksLikeApiKey(text: string): boolean {
  return text.startsWith(PREFIX);
}

/** Undefined if it can't be a key. */
export function readApiKey(text: string): ApiKey | undefined {
  const [, body, checksum] = FORM.exec(text) ?? [];
  return body !== undefined && checksum === checksumOf(body) ? keyOf(text) : undefined;
}

function keyOf(text: string): ApiKey {
  return {
    text,
    hash: createHash('sha256').update(text).digest('base64url'),
    prefix: text.slice(0, SHOWN_CHARACTERS),
  };
}

function checksumOf(text: string): string {
  return crc32(text).toString(16).padStart(CHECKSUM_DIGITS, '0');
}
