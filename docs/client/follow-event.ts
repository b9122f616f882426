import createClient from 'openapi-fetch';
import type { components, paths } from './api';

type MyEvent = components['schemas']['MyEventDto'];

const POLL_SECONDS = 5;

/**
 * Follows an event: yields your tickets and your position now, and again after each change.
 *
 * @throws Error with the server's message if the event does not exist or the token has ended
 */
export async function* followEvent(
  baseUrl: string,
  token: string,
  eventId: number,
  pollSeconds = POLL_SECONDS,
): AsyncGenerator<MyEvent> {
  const api = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${token}` } });
  const path = { event_id: eventId };
  let etag: string | undefined;
  for (;;) {
    // 304 while nothing changed: cheap for the server and for you.
    const header = etag === undefined ? {} : { 'If-None-Match': etag };
    const poll = await api.GET('/api/available-tickets/{event_id}', { params: { path, header } });
    if (poll.data) {
      const mine = await api.GET('/api/events/{event_id}/me', { params: { path } });
      if (mine.data) {
        etag = poll.response.headers.get('ETag') ?? undefined;
        yield mine.data.data;
      }
    } else if (![304, 429, 503].includes(poll.response.status)) {
      throw new Error(poll.error.message);
    }
    const seconds = Number(poll.response.headers.get('Retry-After') ?? pollSeconds);
    await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  }
}
