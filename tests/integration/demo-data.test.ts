import { Migrator } from '../../src/database/migrator';
import type { Reconciliation } from '../../src/services/reconcile.service';
import { TestApi } from '../support/http/test-api';
import { emptyDatabase, forgetSeeders } from '../support/setup/test-database';

const PASSWORD = 'demo-password';
const ROLES = {
  'admin@example.com': 'admin',
  'organizer@example.com': 'organizer',
  'guest1@example.com': 'user',
} as const;

describe('the demo data', () => {
  let api: TestApi;
  let migrator: Migrator;
  beforeAll(async () => {
    const database = await emptyDatabase('demo');
    migrator = new Migrator(database);
    await migrator.down({ all: true });
    await migrator.up();
    api = await TestApi.start({ database });
    await forgetSeeders(database);
  });
  afterAll(() => api.close());

  it('is refused in production', async () => {
    const before = process.env.NODE_ENV;
    process.env.NODE_ENV = 'production';
    try {
      await expect(migrator.seed()).rejects.toThrow(/not in production/);
    } finally {
      process.env.NODE_ENV = before;
    }
    expect(await api.container.database.models.User.count()).toBe(0);
  });

  it('is added once, reconciles, and lets everyone in it log in', async () => {
    expect(await migrator.seed()).toHaveLength(1);
    expect(await migrator.seed()).toEqual([]);

    const checks: Reconciliation[] = [];
    for await (const check of api.container.services.reconcile.reconcileAll()) checks.push(check);
    expect(checks.map(({ event, faults }) => [event.name, faults])).toEqual([
      ['Demo: concert in the park, tickets left', []],
      ['Demo: club night, sold out', []],
      ['Demo: reading, two tickets a person', []],
      ['Demo: matinee, cancelled', []],
    ]);

    for (const [email, role] of Object.entries(ROLES)) {
      const { status, body } = await api.post('/api/auth/login', undefined, {
        email,
        password: PASSWORD,
      });
      expect({ status, role: body.data.user.role }).toEqual({ status: 200, role });
    }
  });

  it('has a queue that moves up when someone gives a ticket back', async () => {
    const { body: login } = await api.post('/api/auth/login', undefined, {
      email: 'guest3@example.com',
      password: PASSWORD,
    });
    const events = await api.get('/api/events', login.data.token as string);
    const soldOut = (events.body.data as { id: number; event_name: string }[]).find(
      ({ event_name }) => event_name.includes('sold out'),
    )!;

    const cancelled = await api.post('/api/tickets/cancel', login.data.token as string, {
      event_id: soldOut.id,
    });

    expect(cancelled.body.data).toMatchObject({ reassigned: 1, available_tickets: 0, version: 7 });
  });
});
