import { Migrator } from '../../src/database/migrator';
import { makeSoldOutEvent } from '../factories/events';
import { Exposition } from '../support/http/exposition';
import { ServerProcess } from '../support/servers/server-process';
import { TestApi } from '../support/http/test-api';
import { emptyDatabase } from '../support/setup/test-database';
import { until } from '../support/setup/until';

describe('a running server', () => {
  it('finds an event whose tickets do not add up, and logs it', async () => {
    const database = await emptyDatabase('reconcile');
    await new Migrator(database).up();
    const api = await TestApi.start({ database });
    const event = await makeSoldOutEvent(api, { total: 2 });
    await api.container.database.models.Booking.update(
      { status: 'cancelled' },
      { where: { event_id: event.id, ticket_no: 1 } },
    );
    await api.close();
    const server = await ServerProcess.start(database);
    try {
      await until(async () => {
        const metrics = await Exposition.of(server.url);
        return metrics.value('reconcile_faulty_events') === 1;
      });

      const metrics = await Exposition.of(server.url);
      expect(metrics.value('reconcile_checked_events_total')).toBe(1);
      expect(metrics.value('reconcile_last_check_timestamp_seconds')).toBeGreaterThan(0);
      expect(server.log.filter(({ level }) => level === 'error')).toEqual([
        expect.objectContaining({
          event: event.id,
          faults: ['available_tickets is 0, should be 1'],
        }),
      ]);
    } finally {
      await server.stop();
    }
  });
});
