import createClient from 'openapi-fetch';
import type { components, paths } from './api';

type Account = components['schemas']['SignupBody'];
type Booking = components['schemas']['BookTicketsBody'];

/** Signs up, logs in and books. Returns the outcome in words. */
export async function bookTickets(
  baseUrl: string,
  account: Account,
  booking: Booking,
): Promise<string> {
  const api = createClient<paths>({ baseUrl });
  const signup = await api.POST('/api/auth/signup', { body: account });
  if (signup.error && signup.error.code !== 'EMAIL_TAKEN') return signup.error.message;
  const login = await api.POST('/api/auth/login', { body: account });
  if (login.error) return login.error.message;

  const { data, error } = await api.POST('/api/tickets/book', {
    headers: { Authorization: `Bearer ${login.data.data.token}` },
    // A retry with the same key does not book a second time.
    params: { header: { 'Idempotency-Key': globalThis.crypto.randomUUID() } },
    body: booking,
  });
  if (error) return error.code === 'EVENT_CANCELLED' ? 'It does not take place' : error.message;
  const { outcome, bookings, waitlisted } = data.data;
  const wanted = waitlisted.map(({ quantity, position }) => `${quantity} at position ${position}`);
  switch (outcome) {
    case 'booked':
      return `${bookings.length} booked`;
    case 'partially_booked':
      return `${bookings.length} booked, waiting for ${wanted.join()}`;
    case 'waitlisted':
      return `waiting for ${wanted.join()}`;
  }
}
