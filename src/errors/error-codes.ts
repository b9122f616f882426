interface ErrorCodeFacts {
  readonly status: number;
  /** What happened and what the client should do, in Markdown for the OpenAPI document. */
  readonly meaning: string;
}

/** Every error code, with its HTTP status and meaning. */
export const ERROR_CODES = {
  VALIDATION_FAILED: {
    status: 400,
    meaning: 'The request is invalid; correct the fields in `details`.',
  },
  MALFORMED_JSON: {
    status: 400,
    meaning: 'The body is not valid UTF-8 JSON; correct it.',
  },
  UNAUTHENTICATED: {
    status: 401,
    meaning: 'The request has no token; log in and send `Authorization: Bearer <token>`.',
  },
  INVALID_TOKEN: {
    status: 401,
    meaning: 'The token is invalid or revoked; log in again.',
  },
  TOKEN_EXPIRED: {
    status: 401,
    meaning: 'The token is good but over; refresh it, or log in again.',
  },
  INVALID_CREDENTIALS: {
    status: 401,
    meaning: 'The e-mail or password is wrong; correct it.',
  },
  FORBIDDEN: {
    status: 403,
    meaning: 'The caller may not do this; use an account that has the rights.',
  },
  USER_NOT_FOUND: {
    status: 404,
    meaning: 'An account with a given id does not exist; check the ids.',
  },
  EVENT_NOT_FOUND: {
    status: 404,
    meaning: 'The event does not exist; check the event id.',
  },
  BOOKING_NOT_FOUND: {
    status: 404,
    meaning: 'The booking does not exist, or there is no ticket to cancel; check the ids.',
  },
  WAITLIST_ENTRY_NOT_FOUND: {
    status: 404,
    meaning: 'The waitlist entry does not exist; check the ids.',
  },
  KEY_NOT_FOUND: {
    status: 404,
    meaning: 'The account has no such API key; check the id.',
  },
  ROUTE_NOT_FOUND: {
    status: 404,
    meaning: 'No route has this path; check the URL.',
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    meaning: 'The path does not support this method; use one from the `Allow` header.',
  },
  EMAIL_TAKEN: {
    status: 409,
    meaning: 'Another account already has this e-mail; choose another one.',
  },
  EVENT_NAME_TAKEN: {
    status: 409,
    meaning: 'Another event already has this name; choose another one.',
  },
  EVENT_CANCELLED: {
    status: 409,
    meaning: 'The event is cancelled and can no longer change; do not retry.',
  },
  SALE_NOT_STARTED: {
    status: 409,
    meaning:
      'The sale has not begun; retry after `Retry-After`. `details` has the start as `sale_starts_at`.',
  },
  SALE_ENDED: {
    status: 409,
    meaning: 'The sale is over; do not retry.',
  },
  TICKETS_AVAILABLE: {
    status: 409,
    meaning: 'Tickets are available; book them instead of joining the waitlist.',
  },
  ALREADY_WAITLISTED: {
    status: 409,
    meaning: 'Everyone in the request is already on the waitlist; wait for a promotion.',
  },
  BOOKING_ALREADY_CANCELLED: {
    status: 409,
    meaning: 'A booking is already cancelled, so none was changed; leave it out.',
  },
  CAPACITY_BELOW_BOOKED: {
    status: 409,
    meaning: 'More tickets are booked than the new total; choose a higher `total_tickets`.',
  },
  TICKET_LIMIT_REACHED: {
    status: 409,
    meaning: 'A person would exceed `max_tickets_per_user`; ask for fewer tickets.',
  },
  NOT_ENOUGH_TICKETS: {
    status: 409,
    meaning:
      'Too few tickets are available for `if_short`; `details` has the number as `available_tickets`.',
  },
  IDEMPOTENCY_KEY_IN_USE: {
    status: 409,
    meaning:
      'The first request with this Idempotency-Key is still running; retry with the same key.',
  },
  PAYLOAD_TOO_LARGE: {
    status: 413,
    meaning: 'The body or the request head is too large; send less.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    meaning: 'The body has an unsupported type or encoding; send uncompressed UTF-8 JSON.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    meaning: 'The Idempotency-Key belongs to a different request; use a new key.',
  },
  RATE_LIMITED: {
    status: 429,
    meaning: 'The client sent too many requests or wrong passwords; retry after `Retry-After`.',
  },
  INTERNAL_ERROR: {
    status: 500,
    meaning: 'The server failed unexpectedly; report the `requestId`.',
  },
  SERVICE_UNAVAILABLE: {
    status: 503,
    meaning:
      'The server or its database is busy or down, and nothing was changed; retry after `Retry-After`.',
  },
  OUTCOME_UNKNOWN: {
    status: 503,
    meaning:
      'The change may have been saved; retry with the same Idempotency-Key to learn the outcome.',
  },
} as const satisfies Readonly<Record<string, ErrorCodeFacts>>;

export type ErrorCode = keyof typeof ERROR_CODES;
