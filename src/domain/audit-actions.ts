/** What the audit log can say was done. */
export const AUDIT_ACTIONS = [
  'tickets.book',
  'tickets.cancel',
  'waitlist.join',
  'waitlist.lower',
  'waitlist.leave',
  'waitlist.prioritize',
  'event.create',
  'event.update',
  'event.cancel',
  'event.staff',
  'user.role',
  'user.update',
  'user.delete',
  'key.create',
  'key.delete',
] as const;

export type AuditAction = (typeof AUDIT_ACTIONS)[number];
