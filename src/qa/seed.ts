/** Fills a fresh server through its own API, as its users would. */

export const PASSWORD = 'correct-horse-battery';
export const ADMIN_EMAIL = 'admin@qa.example';

interface Account {
  readonly id: number;
  readonly token: string;
}

/** Names and values that a test suite needs. */
export type SeededValues = Readonly<Record<string, string | number>>;

export async function seed(url: string): Promise<SeededValues> {
  const admin = await logIn(url, ADMIN_EMAIL);
  const user = await signUp(url, 'user@qa.example');
  const other = await signUp(url, 'other@qa.example');
  const organizerId = (await signUp(url, 'organizer@qa.example')).id;
  await call(url, 'PATCH', `/api/users/${String(organizerId)}/role`, admin, { role: 'organizer' });
  // The new role revoked the token.
  const organizer = await logIn(url, 'organizer@qa.example');

  const makeEvent = async (event_name: string, total_tickets: number): Promise<number> => {
    const body = { event_name, total_tickets };
    return (await call<{ id: number }>(url, 'POST', '/api/events/initialize', organizer, body)).id;
  };
  const book = (who: Account, event_id: number, quantity: number): Promise<unknown> =>
    call(url, 'POST', '/api/tickets/book', who, { event_id, quantity });

  const fresh = await makeEvent('Fresh', 100);
  const nearlySoldOut = await makeEvent('Nearly sold out', 10);
  await book(organizer, nearlySoldOut, 9);
  const soldOut = await makeEvent('Sold out, with a waitlist', 5);
  await book(organizer, soldOut, 5);
  await book(other, soldOut, 2);
  const cancelled = await makeEvent('Cancelled', 20);
  await book(other, cancelled, 1);
  await call(url, 'POST', `/api/events/${String(cancelled)}/cancel`, organizer, {});

  return {
    QA_URL: url,
    QA_PASSWORD: PASSWORD,
    QA_USER_ID: user.id,
    QA_USER_TOKEN: user.token,
    QA_OTHER_ID: other.id,
    QA_OTHER_TOKEN: other.token,
    QA_ORGANIZER_ID: organizer.id,
    QA_ORGANIZER_TOKEN: organizer.token,
    QA_ADMIN_ID: admin.id,
    QA_ADMIN_TOKEN: admin.token,
    QA_EVENT_FRESH: fresh,
    QA_EVENT_NEARLY_SOLD_OUT: nearlySoldOut,
    QA_EVENT_SOLD_OUT: soldOut,
    QA_EVENT_CANCELLED: cancelled,
  };
}

async function signUp(url: string, email: string): Promise<Account> {
  await call(url, 'POST', '/api/auth/signup', null, { email, password: PASSWORD });
  return logIn(url, email);
}

async function logIn(url: string, email: string): Promise<Account> {
  const { token, user } = await call<{ token: string; user: { id: number } }>(
    url,
    'POST',
    '/api/auth/login',
    null,
    { email, password: PASSWORD },
  );
  return { id: user.id, token };
}

/** @throws Error if the server refuses the request */
async function call<Data>(
  url: string,
  method: 'POST' | 'PATCH',
  path: string,
  who: Account | null,
  body: object,
): Promise<Data> {
  const response = await fetch(url + path, {
    method,
    headers: {
      'Content-Type': 'application/json',
      ...(who ? { Authorization: `Bearer ${who.token}` } : {}),
    },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as { message: string; data: Data };
  if (!response.ok) throw new Error(`${method} ${path}: ${answer.message}`);
  return answer.data;
}
