import type { ApiAnswer, Method, TestApi } from '../http/test-api';
import type { Person } from '../../factories/people';

/** The longest line of JSON that is not split. */
const LINE_CHARACTERS = 96;
const TIMESTAMP = /"\d{4}-\d\d-\d\dT[\d:.]+Z"/g;
const EMAIL = /"[\da-f-]+@example\.com"/g;
/** The ids in requests and answers. */
const IDS =
  /("(?:id|(?:event|user|organizer|actor)_id|booked_by)": |"additionalUsers": \[|user |_id=)(\d+)/g;

interface Ask {
  /** Replaces `:id` in the path. */
  readonly id?: number;
  readonly body?: object;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  readonly key?: string;
}

/** Records the requests to a server and its answers as Markdown. */
export class StoryTeller {
  readonly #parts: string[] = [];
  readonly #names = new Map<Person, string>();
  #requests = 0;

  /** @param ids the server's first id and step: the story counts ids from 1 */
  constructor(
    private readonly api: TestApi,
    private readonly ids: { readonly first: number; readonly step: number },
  ) {}

  /** Sets the name of a person in the story. */
  name(person: Person, name: string): void {
    this.#names.set(person, name);
  }

  tell(...paragraphs: readonly string[]): void {
    this.#parts.push(...paragraphs);
  }

  async ask(who: Person, method: Method, path: string, ask: Ask = {}): Promise<ApiAnswer> {
    this.#requests += 1;
    const { id = 0, body, query = {}, key } = ask;
    const headers = {
      'X-Request-Id': `story-${String(this.#requests)}`,
      ...(key === undefined ? {} : { 'Idempotency-Key': key }),
    };
    const answer = await this.api.call(method, path.replace(':id', String(id)), {
      token: who.token,
      body,
      query,
      headers,
    });
    const search = Object.entries(query).map(([name, value]) => `${name}=${String(value)}`);
    const shownPath = path.replace(':id', this.#ordinal(id));
    this.#parts.push(
      block('http', [
        `${method.toUpperCase()} ${shownPath}${search.length > 0 ? this.#counted(`?${search.join('&')}`) : ''}`,
        `Authorization: Bearer <token of ${this.#names.get(who) ?? 'someone'}>`,
        ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
        ...(body === undefined ? [] : ['', this.#json(body)]),
      ]),
      block('json', [this.#json(answer.body as object)]),
    );
    return answer;
  }

  #json(value: object): string {
    return this.#counted(
      compact(value).replace(TIMESTAMP, '"…"').replace(EMAIL, '"…@example.com"'),
    );
  }

  #counted(text: string): string {
    return text.replace(
      IDS,
      (_all, before: string, id: string) => before + this.#ordinal(Number(id)),
    );
  }

  #ordinal(id: number): string {
    return String(1 + (id - this.ids.first) / this.ids.step);
  }

  /** The story so far. */
  get markdown(): string {
    return `${this.#parts.join('\n\n')}\n`;
  }
}

function block(language: string, lines: readonly string[]): string {
  return ['```' + language, ...lines, '```'].join('\n');
}

/** JSON, with everything on one line that fits. */
function compact(value: unknown, indent = ''): string {
  const line = inline(value);
  const isLeaf = typeof value !== 'object' || value === null;
  if (isLeaf || indent.length + line.length <= LINE_CHARACTERS) return line;
  const deeper = `${indent}  `;
  const parts = Array.isArray(value)
    ? value.map((item) => deeper + compact(item, deeper))
    : Object.entries(value).map(
        ([name, item]) => `${deeper}${JSON.stringify(name)}: ${compact(item, deeper)}`,
      );
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return `${open!}\n${parts.join(',\n')}\n${indent}${close!}`;
}

function inline(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  const fields = Object.entries(value).map(
    ([name, item]) => `${JSON.stringify(name)}: ${inline(item)}`,
  );
  return fields.length > 0 ? `{ ${fields.join(', ')} }` : '{}';
}
