import { randomUUID } from 'node:crypto';
import { makeEvent } from '../factories/events';
import { makePerson, type Person } from '../factories/people';
import { refusal } from '../support/http/refusal';
import { TestApi, type ApiAnswer } from '../support/http/test-api';

const MAX_BODY_BYTES = 100 * 1_024;

describe('hostile input', () => {
  let api: TestApi;
  let person: Person;
  beforeAll(async () => {
    api = await TestApi.start();
    person = await makePerson(api.container);
  });
  afterAll(() => api.close());

  const book = (body: object): Promise<ApiAnswer> =>
    api.post('/api/tickets/book', person.token, body);
  const bookRaw = async (json: string): Promise<{ status: number; body: unknown }> => {
    const response = await fetch(`${api.url}/api/tickets/book`, {
      method: 'POST',
      body: json,
      headers: { Authorization: `Bearer ${person.token}`, 'Content-Type': 'application/json' },
    });
    return { status: response.status, body: await response.json() };
  };
  const create = (eventName: unknown): Promise<ApiAnswer> =>
    api.post('/api/events/initialize', person.token, { event_name: eventName, total_tickets: 1 });
  const signUp = (email: string): Promise<ApiAnswer> =>
    api.post('/api/auth/signup', undefined, { email, password: 'correct horse battery' });

  describe('nesting', () => {
    const levels = 10_000;

    it.each([
      ['lists', '['.repeat(levels) + ']'.repeat(levels)],
      ['objects', '{"a":'.repeat(levels) + '1' + '}'.repeat(levels)],
    ])('of ten thousand %s in a field is reported for that field', async (_what, value) => {
      for (const field of ['event_id', 'additionalUsers']) {
        expect(await bookRaw(`{"${field}": ${value}}`)).toMatchObject(
          refusal('VALIDATION_FAILED', field),
        );
      }
    });

    it('of ten thousand lists as the body is not an object', async () => {
      expect(await bookRaw('['.repeat(levels) + ']'.repeat(levels))).toMatchObject(
        refusal('VALIDATION_FAILED', 'body'),
      );
    });

    it('is refused if a field takes a list of plain values', async () => {
      for (const entry of [{}, [], { $gt: 0 }, [1]]) {
        expect(await book({ event_id: 1, additionalUsers: [entry] })).toMatchObject(
          refusal('VALIDATION_FAILED', 'additionalUsers'),
        );
      }
    });
  });

  it('a list of tens of thousands is refused before its entries are checked', async () => {
    const answer = await book({ event_id: 1, additionalUsers: Array(20_000).fill('x') });

    expect(answer).toMatchObject(refusal('VALIDATION_FAILED', 'additionalUsers'));
    expect(answer.body.details).toHaveLength(1);
  });

  it('of many unknown fields only the first are reported, and long names are truncated', async () => {
    const fields = Array.from({ length: 5_000 }, (_, index) => `field${String(index)}`);
    const many = await book(Object.fromEntries(fields.map((name) => [name, 1])));
    const long = await book({ ['x'.repeat(50_000)]: 1 });

    expect(many).toMatchObject(refusal('VALIDATION_FAILED', 'field0'));
    expect(many.body.details).toHaveLength(20);
    expect(long).toMatchObject(refusal('VALIDATION_FAILED', 'x'.repeat(100)));
  });

  describe('a duplicate key', () => {
    it.each([
      ['with the same value', '{"event_id": 1, "event_id": 1}'],
      ['written differently', String.raw`{"event_id": 1, "event\u005fid": 2}`],
      ['with space around it', '{"event_id": 1\n,\t"event_id" \r\n: 2}'],
      ['after a list', '{"event_id": 1, "additionalUsers": [], "event_id": 2}'],
      ['that is also unknown', '{"x": 1, "x": 2}'],
    ])('%s is refused and named', async (_how, json) => {
      expect(await bookRaw(json)).toMatchObject(
        refusal('VALIDATION_FAILED', json.includes('event') ? 'event_id' : 'x'),
      );
    });

    it('is not reported if there is none', async () => {
      const name = `"a": "a", \\"a\\": {"a": 1} ${randomUUID()}`;
      expect(await create(name)).toMatchObject({
        status: 201,
        body: { data: { event_name: name } },
      });
    });
  });

  describe('text', () => {
    it.each([
      ['NUL', 'a\0b'],
      ['a line end', 'a\nb'],
      ['an escape', 'a\u001b[2Jb'],
      ['half a character', 'a\ud83db'],
      ['nothing but space', ' \u00a0\u3000\ufeff '],
      ['256 letters', 'a'.repeat(256)],
      ['256 emoji', '😀'.repeat(256)],
      ['128 hearts with a selector each', '\u2764\ufe0f'.repeat(128)],
      ['100 KiB of accents', `a${'\u0315\u0300'.repeat(20_000)}`],
    ])('with %s is not a valid event name', async (_what, name) => {
      expect(await create(name)).toMatchObject(refusal('VALIDATION_FAILED', 'event_name'));
    });

    it('of any script comes back as sent, up to 255 characters', async () => {
      const tag = randomUUID();
      for (const name of [
        `Ελληνικά 日本語 العربية ${tag}`,
        `👩‍👩‍👧‍👦 \u202e\u200f right to left ${tag}`,
        `'; DROP TABLE events; -- " OR 1=1 \\ %00 {{7*7}} \${jndi:x} ${tag}`,
        `${'😀'.repeat(255 - tag.length)}${tag}`,
        `${'\u2764\ufe0f'.repeat(109)} ${tag}`,
      ]) {
        const { body } = await create(name);
        const read = await api.get(`/api/events/status/${String(body.data.id)}`, person.token);
        expect(read.body.data.event_name).toBe(name);
      }
    });

    it('is stored in its composed form, however many characters were sent', async () => {
      const composed = `\u1f82${'\u0390'.repeat(200)}${randomUUID()}`;

      const { body } = await create(composed.normalize('NFD'));

      expect(body.data.event_name).toBe(composed);
    });
  });

  describe('an e-mail', () => {
    it.each([
      'ü@example.com',
      'а@example.com', // Cyrillic
      'a\u200bda@example.com',
      'ada@exa\u200bmple.com',
      'ada@exämple.com',
      '"a b"@example.com',
      'half-a-pair\ud800@example.com',
      'a@half-a-pair\udc00.example.com',
      'ada@example',
      'ada@[127.0.0.1]',
      'a@b@example.com',
      'ada@example.com\nbcc: x@example.com',
      `${'a'.repeat(90_000)}@example.com`,
      `ada@${'b.'.repeat(40_000)}com`,
    ])('%j is invalid', async (email) => {
      expect(await signUp(email.slice(0, MAX_BODY_BYTES))).toMatchObject(
        refusal('VALIDATION_FAILED', 'email'),
      );
    });

    it.each(["o'hara+tickets", 'a.b-c_d', '{x}|y~z', 'x/*%!#$&=?^`'])(
      'may begin with %s',
      async (local) => {
        const email = `${local}.${randomUUID().slice(0, 8)}@sub.example.com`;
        expect(await signUp(email)).toMatchObject({ status: 201, body: { data: { email } } });
      },
    );
  });

  it('numbers count as numbers in any notation, and text does not', async () => {
    const event = await makeEvent(api, { organizer: person });
    const withId = (id: string): string => `{"event_id": ${id}}`;
    const id = String(event.id);

    for (const same of [`${id}.0`, `${id}e0`, `${id}0E-1`, `0.${id}e${String(id.length)}`]) {
      expect(await bookRaw(withId(same))).toMatchObject({ status: 201 });
    }
    for (const other of [
      `"${id}"`,
      `" ${id} "`,
      `[${id}]`,
      `${id}.5`,
      `-${id}`,
      '-0',
      '1e400',
      '9007199254740993',
      'true',
      'null',
      '{"$gt": 0}',
      '{"valueOf": 1}',
    ]) {
      expect(await bookRaw(withId(other))).toMatchObject(refusal('VALIDATION_FAILED', 'event_id'));
    }
    for (const broken of [`0${id}`, `+${id}`, `0x${id}`, 'NaN', 'Infinity', 'undefined']) {
      expect(await bookRaw(withId(broken))).toMatchObject(refusal('MALFORMED_JSON'));
    }
  });

  it('fields of prototypes are unknown fields, and change no prototype', async () => {
    for (const name of ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']) {
      const polluting = '{"polluted": true, "prototype": {"polluted": true}}';
      expect(await bookRaw(`{"event_id": 1, "${name}": ${polluting}}`)).toMatchObject(
        refusal('VALIDATION_FAILED', name),
      );
      const query = await fetch(`${api.url}/api/events?${name}=1&${name}[a]=1`, {
        headers: { Authorization: `Bearer ${person.token}` },
      });
      expect({ status: query.status, body: await query.json() }).toMatchObject(
        refusal('VALIDATION_FAILED', name),
      );
      expect(
        await bookRaw(`{"event_id": {"${name}": ${polluting}}, "additionalUsers": [1]}`),
      ).toMatchObject(refusal('VALIDATION_FAILED', 'event_id'));
    }
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});
