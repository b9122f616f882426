import { makeSoldOutEvent } from '../factories/events';
import { makePerson, type Person } from '../factories/people';
import { refusal } from '../support/http/refusal';
import { TestApi, type ApiAnswer } from '../support/http/test-api';
import { emptyDatabase } from '../support/setup/test-database';

describe('operations', () => {
  let api: TestApi;
  let admin: Person;
  beforeAll(async () => {
    api = await TestApi.start();
    admin = await makePerson(api.container, 'admin');
  });
  afterAll(() => api.close());

  describe('health', () => {
    it('is public', async () => {
      for (const path of ['/health/live', '/health/ready']) {
        expect(await api.get(path)).toMatchObject({ status: 200, body: { status: 'ok' } });
      }
    });

    it('is not ready, but alive, while the server shuts down', async () => {
      const stopping = await TestApi.start();
      try {
        stopping.container.health.drain();

        const ready = await stopping.get('/health/ready');

        expect(ready).toMatchObject({ status: 503, body: { status: 'unavailable' } });
        expect(ready.body.reason).toMatch(/shutting down/);
        expect((await stopping.get('/health/live')).status).toBe(200);
      } finally {
        await stopping.close();
      }
    });
  });

  describe('on a database without the tables', () => {
    let bare: TestApi;
    beforeAll(async () => {
      bare = await TestApi.start({ database: await emptyDatabase('bare') });
    });
    afterAll(() => bare.close());

    it('readiness names the pending migrations', async () => {
      expect(await bare.get('/health/ready')).toMatchObject({ status: 503 });
      // What a migrator creates first.
      await bare.container.database.sequelize.query(
        'CREATE TABLE IF NOT EXISTS SequelizeMeta (name CHAR(99))',
      );
      const { status, body } = await bare.get('/health/ready');

      expect(status).toBe(503);
      expect(body.reason).toContain('create-users');
    });

    it('an internal error is 500, without SQL or code', async () => {
      const { status, body } = await bare.get('/api/users/me', admin.token);

      expect({ status, body }).toMatchObject(refusal('INTERNAL_ERROR'));
      expect(Object.keys(body as object).sort()).toEqual([
        'code',
        'message',
        'requestId',
        'statusCode',
      ]);
      expect(body.message).toBe('Something went wrong on our side');
    });
  });

  describe('GET /metrics', () => {
    const read = (from: TestApi, headers: Record<string, string> = {}): Promise<ApiAnswer> =>
      from.call('get', '/metrics', { headers });

    it('is for this machine only, and never for forwarded requests', async () => {
      const { status, headers } = await read(api);
      expect(status).toBe(200);
      expect(headers['content-type']).toMatch(/^text\/plain/);
      for (const name of ['X-Forwarded-For', 'Forwarded', 'Via', 'X-Real-IP']) {
        expect(await read(api, { [name]: '127.0.0.1' })).toMatchObject(refusal('FORBIDDEN'));
      }
    });

    it('is open to any address with the token, if one is set', async () => {
      const guarded = await TestApi.start({ metricsToken: 'a token for the scraper' });
      try {
        expect(await read(guarded)).toMatchObject(refusal('FORBIDDEN'));
        expect(await read(guarded, { Authorization: 'Bearer another' })).toMatchObject(
          refusal('FORBIDDEN'),
        );
        const answer = await read(guarded, {
          Authorization: 'Bearer a token for the scraper',
          'X-Forwarded-For': '203.0.113.7',
        });
        expect(answer.status).toBe(200);
      } finally {
        await guarded.close();
      }
    });
  });

  it.each(['/health/live', '/health/ready', '/metrics', '/api-docs/openapi.json'])(
    '%s accepts no query and no other method, and every answer has a request id',
    async (path) => {
      expect(await api.get(path, undefined, { surprise: 1 })).toMatchObject(
        refusal('VALIDATION_FAILED', 'surprise'),
      );
      const other = await api.call('post', path, {});
      expect(other).toMatchObject(refusal('METHOD_NOT_ALLOWED'));
      expect(other.headers.allow).toBe('GET, HEAD');
      expect((await api.get(path)).headers['x-request-id']).toBeDefined();
    },
  );

  describe('the documentation', () => {
    it('consists of a page and a document', async () => {
      const page = await fetch(`${api.url}/api-docs`);
      expect(page.status).toBe(200);
      expect(await api.get('/api-docs/nothing')).toMatchObject(refusal('ROUTE_NOT_FOUND'));
      for (const [name, value] of [
        ['Range', 'bytes=9999999-'],
        ['If-Match', '"another"'],
      ] as const) {
        const file = await fetch(`${api.url}/api-docs/swagger-ui.css`, {
          headers: { [name]: value },
        });
        expect(file.status).toBe(400);
      }
      expect(await page.text()).toContain('swagger-ui');
      const document = await fetch(`${api.url}/api-docs/openapi.json`);
      expect(document.headers.get('content-type')).toMatch(/^application\/json/);
      expect(await document.json()).toMatchObject({ openapi: '3.1.0' });
    });
  });

  describe('GET /api/admin/events/:event_id/reconcile', () => {
    const reconcile = (eventId: number, { token } = admin): Promise<ApiAnswer> =>
      api.get(`/api/admin/events/${String(eventId)}/reconcile`, token);

    it('compares the counters with the rows', async () => {
      const event = await makeSoldOutEvent(api, { total: 2 });
      const waiting = await makePerson(api.container);
      await api.post('/api/waitinglists/join-waitlist', waiting.token, {
        event_id: event.id,
        quantity: 3,
      });
      await api.post('/api/tickets/cancel', event.organizer.token, {
        event_id: event.id,
        quantity: 1,
      });

      const { status, body } = await reconcile(event.id);

      expect(status).toBe(200);
      expect(body.data).toEqual({
        event_id: event.id,
        version: 3,
        counter: {
          total_tickets: 2,
          available_tickets: 0,
          waitlist_count: 1,
          waitlist_tickets: 2,
        },
        counted: { tickets: 3, active_tickets: 2, waiting: 1, tickets_waited_for: 2 },
        consistent: true,
        faults: [],
      });
    });

    it('reports what does not agree', async () => {
      const event = await makeSoldOutEvent(api, { total: 2 });
      const { Event, Booking } = api.container.database.models;
      await Booking.update(
        { status: 'cancelled' },
        { where: { event_id: event.id, ticket_no: 1 } },
      );

      const { body } = await reconcile(event.id);

      expect(body.data.consistent).toBe(false);
      expect(body.data.faults).toEqual([{ message: 'available_tickets is 0, should be 1' }]);
      await Event.update({ available_tickets: 1 }, { where: { id: event.id } });
      expect((await reconcile(event.id)).body.data.consistent).toBe(true);
    });

    it('is for admins, and requires an existing event', async () => {
      const event = await makeSoldOutEvent(api, { total: 1 });

      expect(await reconcile(event.id, event.organizer)).toMatchObject(refusal('FORBIDDEN'));
      expect(await reconcile(2_147_483_647)).toMatchObject(refusal('EVENT_NOT_FOUND'));
    });
  });
});
