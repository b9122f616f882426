import { adminRoutes } from './admin.routes';
import { authRoutes } from './auth.routes';
import { eventsRoutes } from './events.routes';
import { TAGS, type Route } from '../controllers/route';
import { keysRoutes } from './keys.routes';
import { staffRoutes } from './staff.routes';
import { ticketsRoutes } from './tickets.routes';
import { usersRoutes } from './users.routes';
import { waitlistsRoutes } from './waitlists.routes';

const ALL: readonly Route[] = [
  ...keysRoutes,
  ...usersRoutes,
  ...authRoutes,
  ...ticketsRoutes,
  ...eventsRoutes,
  ...staffRoutes,
  ...waitlistsRoutes,
  ...adminRoutes,
];

/**
 * The whole API, in the order in which it is documented: tag by tag, so that tools that list paths and
 * tools that list tags run the requests alike.
 */
export const ROUTES: readonly Route[] = Object.keys(TAGS).flatMap((name) =>
  ALL.filter(({ tag }) => tag === name),
);
