import type { ApiKeysService } from '../services/api-keys.service';
import type { AuditService } from '../services/audit.service';
import type { AuthService } from '../services/auth.service';
import type { CommandsService } from '../services/commands.service';
import type { EventReader } from '../services/event-reader';
import type { EventsService } from '../services/events.service';
import type { KeyReader } from '../services/key-reader';
import type { MyEventReader } from '../services/my-event-reader';
import type { ReconcileService } from '../services/reconcile.service';
import type { SessionsService } from '../services/sessions.service';
import type { StaffService } from '../services/staff.service';
import type { TicketsService } from '../services/tickets.service';
import type { UsersService } from '../services/users.service';
import type { WaitlistsService } from '../services/waitlists.service';

/** The services that controllers call. */
export interface Services {
  readonly auth: AuthService;
  readonly sessions: SessionsService;
  readonly apiKeys: ApiKeysService;
  readonly users: UsersService;
  readonly commands: CommandsService;
  readonly events: EventsService;
  readonly eventReader: EventReader;
  readonly keyReader: KeyReader;
  readonly myEventReader: MyEventReader;
  readonly staff: StaffService;
  readonly tickets: TicketsService;
  readonly waitlists: WaitlistsService;
  readonly reconcile: ReconcileService;
  readonly audit: AuditService;
}
