/** Our own app with its whole chain and logs on, whose handlers return a constant. */
import 'reflect-metadata';
import type { EventSnapshot, Ticket } from '../../src/domain/inventory-state';
import type { TicketsBooked } from '../../src/domain/outcomes';
import { answerTo, benchConfig, serve } from './serve';

const now = new Date();

const ticket: Ticket = {
  bookingId: 1,
  ticketNo: 1,
  holderId: 1,
  bookedBy: 1,
  status: 'booked',
  createdAt: now,
  updatedAt: now,
};

const booked: TicketsBooked = {
  refused: false,
  kind: 'book',
  eventId: 1,
  outcome: 'booked',
  tickets: [ticket],
  waitlisted: [],
  availableTickets: 1,
  version: 1,
};

const event: EventSnapshot = {
  id: 1,
  name: 'Concert',
  status: 'active',
  organizerId: 1,
  totalTickets: 1,
  availableTickets: 1,
  maxTicketsPerUser: null,
  startsAt: null,
  saleStartsAt: null,
  saleEndsAt: null,
  metadata: null,
  version: 1,
  nextTicketNo: 1,
  nextQueueNo: 1,
  waitlistCount: 0,
  waitlistTickets: 0,
  createdAt: now,
  updatedAt: now,
  asOf: now,
};

void serve(benchConfig(), {
  commands: { perform: () => Promise.resolve(answerTo(booked)) },
  eventReader: { find: () => Promise.resolve(event) },
});
