/** A bare Express 5 app: body parser, token check with a key object, a constant answer. */
import { createSecretKey } from 'node:crypto';
import express from 'express';
import jwt from 'jsonwebtoken';
import { benchConfig } from './serve';

const { auth, http } = benchConfig();
const key = createSecretKey(Buffer.from(auth.secret));

const app = express();
app.use(express.json());
app.use((request, response, next) => {
  const token = request.headers.authorization?.slice('Bearer '.length) ?? '';
  try {
    jwt.verify(token, key, { algorithms: ['HS256'] });
    next();
  } catch {
    response.status(401).end();
  }
});
app.post('/api/tickets/book', (_request, response) => {
  response.status(201).json({ statusCode: 201, message: 'Booked', data: { outcome: 'booked' } });
});
app.get('/api/available-tickets/:event_id', (_request, response) => {
  response.json({ statusCode: 200, message: 'Available', data: { available_tickets: 1 } });
});
// A profile is only written on an orderly exit.
process.once('SIGTERM', () => process.exit(0));
app.listen(http.port);
