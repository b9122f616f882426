/** What a page of another origin can read while no replica is there. */
import assert from 'node:assert/strict';
import { freePort } from '../support/setup/free-port';
import type { Row } from './load-phases';
import { NginxProxy } from './nginx-proxy';

/** Above what nginx takes, in bytes. */
const TOO_LARGE_BYTES = 201 * 1_024;
const ORIGIN = 'https://shop.example';

/** nginx's own answers pass a browser's checks: the preflight, and the answer to the request. */
export async function nobodyThere(): Promise<Row> {
  const proxy = await NginxProxy.start([await freePort()]);
  try {
    const book = `${proxy.url}/api/tickets/book`;
    const wanted = 'authorization,content-type,traceparent';
    const preflight = await fetch(book, {
      method: 'OPTIONS',
      headers: {
        Origin: ORIGIN,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': wanted,
      },
    });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers.get('access-control-allow-origin'), '*');
    assert.match(preflight.headers.get('access-control-allow-methods') ?? '', /\bPOST\b/);
    assert.equal(preflight.headers.get('access-control-allow-headers'), wanted);

    const lost = await post(book, '{}');
    assert.equal(lost.status, 503);
    assert.equal(lost.code, 'OUTCOME_UNKNOWN');
    assert.match(lost.exposed, /Retry-After/);
    const tooLarge = await post(book, 'x'.repeat(TOO_LARGE_BYTES));
    assert.equal(tooLarge.status, 413);
    assert.equal(tooLarge.code, 'PAYLOAD_TOO_LARGE');
    return {
      phase: 'nobody behind nginx, asked from another origin',
      calls: 3,
      answers: '204 × 1, 413 × 1, 503 × 1',
      seen: 'a browser lets its page read each of them',
    };
  } finally {
    await proxy.stop();
  }
}

async function post(
  url: string,
  body: string,
): Promise<{ status: number; code: string; exposed: string }> {
  const headers = { Origin: ORIGIN, 'Content-Type': 'application/json' };
  const answer = await fetch(url, { method: 'POST', headers, body });
  assert.equal(answer.headers.get('access-control-allow-origin'), '*');
  const { code } = (await answer.json()) as { code: string };
  const exposed = answer.headers.get('access-control-expose-headers') ?? '';
  return { status: answer.status, code, exposed };
}
