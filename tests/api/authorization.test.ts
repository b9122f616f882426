import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ERROR_CODES } from '../../src/errors/error-codes';
import { Migrator } from '../../src/database/migrator';
import { ROUTES } from '../../src/routes';
import { makePerson, type Person } from '../factories/people';
import {
  CALLERS,
  cellsOf,
  ownersIn,
  type AccessCase,
  type Caller,
  type Cell,
  type Owner,
} from '../support/http/authorization/access-case';
import { ACCOUNT_CASES } from '../support/http/authorization/account-cases';
import { authorizationDocument, nameOf, questionOf } from '../support/http/authorization/document';
import { EVENT_CASES } from '../support/http/authorization/event-cases';
import { Scene, Stage } from '../support/http/authorization/stage';
import { TICKET_CASES, WAITLIST_CASES } from '../support/http/authorization/ticket-cases';
import { changedTables, emptyTables, readTables } from '../support/database/table-contents';
import { pathWith } from '../support/http/route-path';
import { TestApi, type ApiAnswer, type Method } from '../support/http/test-api';
import { emptyDatabase } from '../support/setup/test-database';

const CASES = [...ACCOUNT_CASES, ...EVENT_CASES, ...TICKET_CASES, ...WAITLIST_CASES];
const DOCUMENT_FILE = path.resolve(__dirname, '..', '..', 'docs', 'authorization.md');

describe('authorization', () => {
  let everyoneCreates: TestApi;
  let organizersCreate: TestApi;
  /** Stays an admin, whatever happens to the others. */
  let keeper: Person;
  let stage: Stage;
  beforeAll(async () => {
    // A separate, small database: all of its rows are compared for every cell.
    const database = await emptyDatabase('authorization');
    await new Migrator(database).up();
    everyoneCreates = await TestApi.start({ database });
    organizersCreate = await TestApi.start({ database, eventCreators: 'organizers' });
    keeper = await makePerson(everyoneCreates.container, 'admin');
    stage = new Stage(everyoneCreates);
  });
  afterAll(async () => {
    await everyoneCreates.close();
    await organizersCreate.close();
  });

  it('has cells for exactly the routes of the route table', () => {
    const asked = new Set(CASES.map(({ route }) => route));

    expect([...asked].sort()).toEqual(ROUTES.map(nameOf).sort());
  });

  it('is documented in docs/authorization.md as tested here', () => {
    const written = authorizationDocument(CASES);
    if (process.env.TEST_WRITE_DOCS === 'true') writeFileSync(DOCUMENT_FILE, written);

    expect(readFileSync(DOCUMENT_FILE, 'utf8')).toBe(written);
  });

  describe.each(CASES.map((one) => [questionOf(one), one] as const))('%s', (_question, one) => {
    it.each(CALLERS)('answers %s as docs/authorization.md says', async (caller) => {
      const cells = cellsOf(one, caller);
      for (const [index, owner] of ownersIn(cells).entries()) {
        const expected = cells[index] ?? null;
        if (expected !== null) await askAs(one, caller, owner, expected);
      }
    });
  });

  async function askAs(
    one: AccessCase,
    caller: Caller,
    owner: Owner,
    expected: Exclude<Cell, null>,
  ): Promise<void> {
    const api = one.eventCreators === 'organizers' ? organizersCreate : everyoneCreates;
    const scene = new Scene(stage, caller, owner);
    const asked = await one.ask(scene);
    const token = await scene.token();
    const before = await readTables(api.container.database);

    const [method, pattern] = one.route.split(' ') as [string, string];
    const answer = await api.call(
      method.toLowerCase() as Method,
      asked.id === undefined
        ? pattern
        : pathWith(pattern.replace(':user_id', String(asked.userId)), asked.id),
      { token, query: asked.query ?? {}, body: asked.body },
    );

    const changed = changedTables(before, await readTables(api.container.database));
    const isSuccess = typeof expected === 'number';
    const isChange = isSuccess && !one.changesNothing && !one.route.startsWith('GET ');
    expect({ owner, outcome: outcomeOf(answer), isChanged: changed.length > 0 }).toEqual({
      owner,
      outcome: expected,
      isChanged: isChange,
    });
    expect(answer.status).toBe(isSuccess ? expected : ERROR_CODES[expected].status);
    if (changed.length > 0) {
      await emptyTables(api.container.database, keeper.id);
      stage = new Stage(everyoneCreates);
    }
  }
});

function outcomeOf({ status, body }: ApiAnswer): unknown {
  return status < 400 ? status : body.code;
}
