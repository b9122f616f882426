import { QueryTypes } from 'sequelize';
import type { DatabaseSettings } from '../../../src/config/config';
import { Migrator } from '../../../src/database/migrator';
import type { Role } from '../../../src/domain/rights';
import { makeEvent } from '../../factories/events';
import { makePeople, makePerson, type Person } from '../../factories/people';
import { checkHistory, type HistorySummary } from '../history/check-history';
import { History } from '../history/history';
import { Load } from '../http/load';
import { TestApi } from '../http/test-api';
import { until } from '../setup/until';

/** How long an abandoned transaction may stay open in the database. */
const ORPHAN_LIMIT_MS = 6_000;

/** A database with people in it, and an observer that no fault affects. */
export class FaultWorld {
  private constructor(
    readonly observer: TestApi,
    readonly people: Person[],
  ) {}

  /** @param settings a separate database, which may be empty; not through a proxy */
  static async open(settings: DatabaseSettings, peopleCount = 40): Promise<FaultWorld> {
    await new Migrator(settings).up();
    const observer = await TestApi.start({ database: settings });
    return new FaultWorld(observer, await makePeople(observer.container, peopleCount));
  }

  /** New events, and a history of the requests for them. */
  async run(urls: readonly string[], { events = 3, total = 40 } = {}): Promise<FaultRun> {
    const run = new FaultRun(this, new History(urls));
    for (let made = 0; made < events; made += 1) await run.addEvent(total);
    return run;
  }

  async addPerson(role: Role = 'user'): Promise<Person> {
    const person = await makePerson(this.observer.container, role);
    this.people.push(person);
    return person;
  }

  /** Transactions that are currently open in the database (MySQL). */
  async openTransactions(): Promise<number> {
    const [row] = await this.observer.container.database.sequelize.query<{ open: number }>(
      `SELECT COUNT(*) AS open FROM information_schema.innodb_trx t
       JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id
       WHERE p.db = DATABASE()`,
      { type: QueryTypes.SELECT },
    );
    return row!.open;
  }

  /** Waits until no transaction is open; fails if one stays. */
  async settle(): Promise<void> {
    await until(async () => (await this.openTransactions()) === 0, ORPHAN_LIMIT_MS);
  }

  async close(): Promise<void> {
    await this.observer.close();
  }
}

/** The requests for some events while something breaks. */
export class FaultRun {
  readonly eventIds: number[] = [];

  constructor(
    private readonly world: FaultWorld,
    readonly history: History,
  ) {}

  /** An event organized by the first person. */
  async addEvent(total: number): Promise<number> {
    const { observer, people } = this.world;
    const { id } = await makeEvent(observer, { total, organizer: people[0]! });
    this.eventIds.push(id);
    return id;
  }

  get eventId(): number {
    return this.eventIds[0]!;
  }

  /** @param people the clients; everyone by default */
  startLoad(clients: number, people = this.world.people): Load {
    return new Load(this.history, { people, eventIds: this.eventIds, clients });
  }

  /**
   * Proves that the history is linearizable, and that rows and counters agree with it.
   */
  async check(): Promise<HistorySummary> {
    const { observer, people } = this.world;
    const sum = { effects: 0, refusals: 0, unknown: 0, promotions: 0, unanswered: 0 };
    for (const eventId of this.eventIds) {
      const summary = await checkHistory(observer.container.database, this.history, {
        eventId,
        people: people.map(({ id }) => id),
      });
      for (const name of Object.keys(sum) as (keyof HistorySummary)[]) sum[name] += summary[name];
      const { faults } = await observer.container.services.reconcile.reconcile(eventId);
      if (faults.length > 0) throw new Error(`The counters are wrong: ${faults.join('; ')}`);
    }
    return sum;
  }
}
