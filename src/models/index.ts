import type { Sequelize } from 'sequelize';
import { defineApiKey } from './api-key.model';
import { defineAuditEntry } from './audit-entry.model';
import { defineBooking } from './booking.model';
import { defineEvent } from './event.model';
import { defineEventStaff } from './event-staff.model';
import { defineIdempotencyKey } from './idempotency-key.model';
import { defineSession } from './session.model';
import { defineUser } from './user.model';
import { defineWaitlistBlock } from './waitlist-block.model';
import { defineWaitlistEntry } from './waitlist-entry.model';

/** Binds the models to one database. Several databases can be open at the same time. */
export function defineModels(sequelize: Sequelize) {
  return {
    User: defineUser(sequelize),
    ApiKey: defineApiKey(sequelize),
    Session: defineSession(sequelize),
    Event: defineEvent(sequelize),
    EventStaff: defineEventStaff(sequelize),
    Booking: defineBooking(sequelize),
    WaitlistEntry: defineWaitlistEntry(sequelize),
    WaitlistBlock: defineWaitlistBlock(sequelize),
    IdempotencyKey: defineIdempotencyKey(sequelize),
    AuditEntry: defineAuditEntry(sequelize),
  };
}

export type Models = ReturnType<typeof defineModels>;
