import { checkContract, checkError, isValid } from '../support/http/contract';
import { leakInAnswer } from '../support/setup/leaks';
import type { FuzzRequest } from './requests';
import type { WireAnswer } from './wire';
import { LIVE_ACTORS } from './world';

/** A request as it was sent. */
export interface SentRequest extends FuzzRequest {
  /** The target, with ids in place of placeholders. */
  readonly sentTarget: string;
  readonly sentBody: Buffer | null;
}

/** A request id that the server accepts from the caller. */
const SANE_REQUEST_ID = /^[\x21-\x7e]{1,128}$/;

/**
 * Checks an answer against everything that holds for all answers.
 *
 * @throws Error that describes the fault
 */
export function judge(request: SentRequest, answer: WireAnswer): void {
  const { status, headers, text } = answer;
  const where = `${request.method} ${request.sentTarget} → ${String(status)}`;
  if (status >= 500) throw new Error(`${where}: nothing in the request provokes it: ${text}`);
  const path = request.sentTarget.split('?')[0]!;
  const leak = leakInAnswer(path, status, text);
  if (leak !== null) throw new Error(`${where}: the answer leaks ${leak}: ${text}`);
  judgeRequestId(request, answer, where);
  const isJson = headers['content-type']?.startsWith('application/json') === true;
  const body: unknown = isJson && text !== '' ? JSON.parse(text) : undefined;
  if (status >= 400 && request.method !== 'HEAD' && !isPageForPeople(request, answer)) {
    checkError(where, body);
    const { statusCode, requestId } = body as { statusCode: number; requestId: string };
    if (statusCode !== status) throw new Error(`${where}: the body says ${String(statusCode)}`);
    if (requestId !== headers['x-request-id']) throw new Error(`${where}: two request ids`);
  }
  // HTTP's own answer to `If-None-Match: *`, on any route.
  if (status === 304 && request.headers.some(([name]) => name === 'If-None-Match')) return;
  if (request.operation && request.framing === 'length') {
    checkContract({ method: request.method.toLowerCase(), path, status, body });
    judgeSuccess(request, status, where);
  }
}

/** What a browser gets that was pointed at nothing. */
function isPageForPeople({ headers: sent }: SentRequest, { status, headers }: WireAnswer): boolean {
  const wantsHtml = sent.some(([name, value]) => name === 'Accept' && value === 'text/html');
  return status === 404 && wantsHtml && headers['content-type'] === 'text/html; charset=utf-8';
}

function judgeRequestId(
  { headers: sent, framing }: SentRequest,
  { headers }: WireAnswer,
  where: string,
): void {
  const id = headers['x-request-id'];
  if (id === undefined) throw new Error(`${where}: no X-Request-Id`);
  const given = sent.find(([name]) => name === 'X-Request-Id')?.[1];
  const isTaken = given !== undefined && SANE_REQUEST_ID.test(given);
  if (framing === 'length' && isTaken !== (id === given)) {
    // Broken heads are answered before they are read.
    if (!(isTaken && headers.connection === 'close'))
      throw new Error(`${where}: X-Request-Id ${id}`);
  }
}

/** What must not succeed: requests without a valid token, and bodies that the document forbids. */
function judgeSuccess(
  { operation, actor, sentBody, kind }: SentRequest,
  status: number,
  where: string,
): void {
  if (status >= 400) return;
  const isLive = (LIVE_ACTORS as readonly string[]).includes(actor);
  if (operation!.needsToken && !isLive) throw new Error(`${where}: with a token that is ${actor}`);
  const reference = operation!.bodyReference;
  if (reference === undefined || sentBody === null) return;
  if (sentBody.length === 0 && !operation!.needsBody) return;
  const body = trimmed(JSON.parse(sentBody.toString().replace(/^\ufeff/, '')));
  if (!isValid(reference.replace('#', ''), body)) {
    throw new Error(`${where}: the document forbids this body (${kind}): ${sentBody.toString()}`);
  }
  if (kind === 'a body field is there twice') throw new Error(`${where}: a duplicate key`);
}

/** Fields in which spaces count. */
const PASSWORD_FIELDS = ['password', 'current_password'];

/** Texts as the server reads them, trimmed. */
function trimmed(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  return Object.fromEntries(
    Object.entries(body).map(([name, value]: [string, unknown]) => [
      name,
      typeof value === 'string' && !PASSWORD_FIELDS.includes(name)
        ? value.trim().normalize('NFC')
        : value,
    ]),
  );
}
