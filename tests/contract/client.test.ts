import { randomUUID } from 'node:crypto';
import { bookTickets } from '../../docs/client/book-tickets';
import { makeEvent } from '../factories/events';
import { TestApi } from '../support/http/test-api';

describe('the typed client of the guide', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await TestApi.start();
  });
  afterAll(() => api.close());

  it('signs up, logs in, books what is left and waits for the rest', async () => {
    const event = await makeEvent(api, { total: 2 });
    const account = { email: `${randomUUID()}@example.com`, password: 'correct horse battery' };
    const book = (quantity: number): Promise<string> =>
      bookTickets(api.url, account, { event_id: event.id, quantity });

    expect(await book(1)).toBe('1 booked');
    expect(await book(2)).toBe('1 booked, waiting for 1 at position 1');
    expect(await book(1)).toMatch(/already/i);
  });

  it('distinguishes the errors', async () => {
    const event = await makeEvent(api);
    await api.post(`/api/events/${String(event.id)}/cancel`, event.organizer.token);
    const account = { email: `${randomUUID()}@example.com`, password: 'correct horse battery' };

    expect(await bookTickets(api.url, account, { event_id: event.id })).toBe(
      'It does not take place',
    );
    expect(await bookTickets(api.url, { ...account, password: 'short' }, { event_id: 1 })).toMatch(
      /password/,
    );
  });
});
