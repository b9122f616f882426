import assert from 'node:assert/strict';
import { test } from 'node:test';
import supertest from 'supertest';

const { QA_URL, QA_USER_ID, QA_USER_TOKEN, QA_ORGANIZER_TOKEN } = process.env;
const { QA_EVENT_NEARLY_SOLD_OUT, QA_EVENT_SOLD_OUT, QA_EVENT_CANCELLED } = process.env;

const api = supertest(QA_URL);
const post = (path, token, body) =>
  api.post(path).set('Authorization', `Bearer ${token}`).send(body);

test('one ticket is left: a booking of three gets it and waits for two', async () => {
  const event_id = Number(QA_EVENT_NEARLY_SOLD_OUT);

  const { body } = await post('/api/tickets/book', QA_USER_TOKEN, { event_id, quantity: 3 }).expect(
    201,
  );

  assert.equal(body.data.outcome, 'partially_booked');
  assert.equal(body.data.bookings.length, 1);
  assert.deepEqual(body.data.waitlisted, [
    { user_id: Number(QA_USER_ID), quantity: 2, position: 1 },
  ]);
});

test('a ticket that is given back goes to whoever waits longest', async () => {
  const event_id = Number(QA_EVENT_SOLD_OUT);

  const { body } = await post('/api/tickets/cancel', QA_ORGANIZER_TOKEN, {
    event_id,
    quantity: 1,
  }).expect(200);

  assert.equal(body.data.reassigned, 1);
  assert.equal(body.data.available_tickets, 0);
});

test('a cancelled event sells nothing', async () => {
  const event_id = Number(QA_EVENT_CANCELLED);

  const { body } = await post('/api/tickets/book', QA_USER_TOKEN, { event_id }).expect(409);

  assert.equal(body.code, 'EVENT_CANCELLED');
});

test('the same key twice is one booking', async () => {
  const event_id = Number(process.env.QA_EVENT_FRESH);
  const book = () =>
    post('/api/tickets/book', QA_USER_TOKEN, { event_id }).set('Idempotency-Key', 'checkout-1');

  const first = await book().expect(201);
  const again = await book().expect(201).expect('Idempotent-Replayed', 'true');

  assert.deepEqual(again.body, first.body);
});
