import { adminRoutes } from './admin.routes';
import { authRoutes } from './auth.routes';
import { eventsRoutes } from './events.routes';
import type { Route } from '../controllers/route';
import { ticketsRoutes } from './tickets.routes';
import { usersRoutes } from './users.routes';
import { waitlistsRoutes } from './waitlists.routes';

/** The whole API, in the order in which it is documented. */
export const ROUTES: readonly Route[] = [
  ...authRoutes,
  ...usersRoutes,
  ...eventsRoutes,
  ...ticketsRoutes,
  ...waitlistsRoutes,
  ...adminRoutes,
];
