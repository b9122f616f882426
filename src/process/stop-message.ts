/** What the primary process says to a worker that is to stop. */
export const STOP_MESSAGE = 'tickets:stop';
