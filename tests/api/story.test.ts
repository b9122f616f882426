import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { QueryTypes } from 'sequelize';
import { Migrator } from '../../src/database/migrator';
import { makePeople } from '../factories/people';
import { StoryTeller } from '../support/history/story-teller';
import { TestApi } from '../support/http/test-api';
import { emptyDatabase } from '../support/setup/test-database';

const STORY_FILE = path.resolve(__dirname, '..', '..', 'docs', 'story.md');

/** MySQL servers may assign every seventh id from the third on, for example; SQLite assigns each. */
async function idsOf({
  container: { database },
}: TestApi): Promise<{ first: number; step: number }> {
  if (database.isSqlite) return { first: 1, step: 1 };
  const [row] = await database.sequelize.query<{ first: number; step: number }>(
    'SELECT @@auto_increment_offset AS first, @@auto_increment_increment AS step',
    { type: QueryTypes.SELECT },
  );
  return row!;
}

describe('the story of one sold-out event', () => {
  let api: TestApi;
  beforeAll(async () => {
    const settings = await emptyDatabase('story');
    const migrator = new Migrator(settings);
    // Created again, so that ids count from 1 as in the story.
    await migrator.down({ all: true });
    await migrator.up();
    api = await TestApi.start({ database: settings });
  });
  afterAll(() => api.close());

  it('matches docs/story.md (TEST_WRITE_DOCS=true generates it again)', async () => {
    const [organizer, first, second, third, fourth] = await makePeople(api.container, 5);
    const [admin] = await makePeople(api.container, 1, 'admin');
    const story = new StoryTeller(api, await idsOf(api));
    story.name(organizer!, 'the organizer');
    story.name(first!, 'the first fan');
    story.name(second!, 'the second fan');
    story.name(third!, 'the third fan');
    story.name(fourth!, 'the fourth fan');
    story.name(admin!, 'an admin');

    story.tell(
      '# The story of one sold-out event',
      'Every request below was sent to a running server, and every answer is a real one: ' +
        '`tests/api/story.test.ts` repeats the story at each run of the tests, on SQLite and on ' +
        'MariaDB, and fails if a word differs. Only times and e-mails are masked, and ids are ' +
        'renumbered from 1, because not every database counts in steps of one. Accounts 1 to 5 are ' +
        'an organizer and four fans. Account 6 is an admin.',
      '## Four tickets',
      'The organizer sells four tickets, at most three per person.',
    );
    const made = await story.ask(organizer!, 'post', '/api/events/initialize', {
      body: { event_name: 'Midsummer Concert', total_tickets: 4, max_tickets_per_user: 3 },
    });
    const event_id = made.body.data.id as number;

    story.tell(
      '## Booking for a friend',
      'The first fan books three: one for the second fan, who is named as a guest, and the rest for ' +
        'themselves. Everyone gets one ticket first, then the booker gets the others.',
    );
    await story.ask(first!, 'post', '/api/tickets/book', {
      body: { event_id, quantity: 3, additionalUsers: [second!.id] },
    });

    story.tell(
      '## Three wanted, one left',
      'The third fan wants three, but only one is left. They get it and wait for the other two, ' +
        'all in one transaction: a 201 whose `outcome` is `partially_booked`.',
    );
    const partial = await story.ask(third!, 'post', '/api/tickets/book', {
      body: { event_id, quantity: 3 },
    });
    expect(partial.body.data.outcome).toBe('partially_booked');

    story.tell('## Sold out', 'The fourth fan is too late and joins the queue behind the third.');
    await story.ask(fourth!, 'post', '/api/tickets/book', { body: { event_id } });
    story.tell('A second request is refused.');
    await story.ask(fourth!, 'post', '/api/tickets/book', { body: { event_id } });
    story.tell('Their position in the queue: the people ahead of them want two tickets.');
    const waiting = await story.ask(fourth!, 'get', '/api/events/:id/me', { id: event_id });

    story.tell(
      '## Priority for a promise',
      'The organizer has promised the fourth fan a wheelchair place, and moves them up. A reason ' +
        'is required, and is kept in the audit log.',
    );
    await story.ask(organizer!, 'patch', '/api/waitinglists/:id/priority', {
      id: waiting.body.data.waitlist_entry.id as number,
      body: { priority: 10, reason: 'Wheelchair place promised by phone' },
    });

    story.tell(
      '## One ticket comes back',
      'The first fan gives one ticket back. In the same transaction it goes to the head of the ' +
        'queue: `reassigned` is 1, but the answer does not say who got it.',
    );
    await story.ask(first!, 'post', '/api/tickets/cancel', {
      body: { event_id, quantity: 1 },
      key: 'cancel-one-ticket',
    });
    story.tell(
      'The answer got lost on a bad connection, so the phone retries with the same key. Nothing ' +
        'is cancelled twice: the same answer comes again, with the header ' +
        '`Idempotent-Replayed: true`.',
    );
    const replayed = await story.ask(first!, 'post', '/api/tickets/cancel', {
      body: { event_id, quantity: 1 },
      key: 'cancel-one-ticket',
    });
    expect(replayed.headers['idempotent-replayed']).toBe('true');
    story.tell('Now only the third fan is in the queue.');
    await story.ask(third!, 'get', '/api/waitinglists', { query: { event_id } });

    story.tell(
      '## A bigger hall',
      'What would happen with five tickets? A dry run shows it, and changes nothing.',
    );
    await story.ask(organizer!, 'patch', '/api/events/:id', {
      id: event_id,
      body: { total_tickets: 5 },
      query: { dry_run: true },
    });
    story.tell('The organizer makes the change.');
    await story.ask(organizer!, 'patch', '/api/events/:id', {
      id: event_id,
      body: { total_tickets: 5 },
    });
    story.tell(
      'The third fan now holds two tickets and waits for one more, which makes three, the cap. A ' +
        'fourth is refused, whoever books it for them.',
    );
    await story.ask(third!, 'post', '/api/tickets/book', { body: { event_id } });

    story.tell(
      '## Who got which ticket, and why',
      'The audit log shows, latest first, who did what, the counts before and after, which ' +
        'tickets came back and who moved up as a result. The fourth fan was served before the ' +
        'third because of the entry with the reason.',
    );
    await story.ask(organizer!, 'get', '/api/admin/audit', { query: { event_id } });

    story.tell(
      '## Reconciling the counters',
      'An admin reconciles the counters with the rows: six tickets were issued, one came back, ' +
        'five are held, and one more is wanted.',
    );
    const reconciled = await story.ask(admin!, 'get', '/api/admin/events/:id/reconcile', {
      id: event_id,
    });
    expect(reconciled.body.data.consistent).toBe(true);

    if (process.env.TEST_WRITE_DOCS === 'true') writeFileSync(STORY_FILE, story.markdown);
    expect(story.markdown).toBe(readFileSync(STORY_FILE, 'utf8'));
  });
});
