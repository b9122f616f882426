import { readFileSync } from 'node:fs';
import path from 'node:path';

export const ROOT = path.resolve(__dirname, '..', '..', '..');

/** One instruction of a Dockerfile, with known arguments filled in. */
export interface Instruction {
  readonly keyword: string;
  /** `--from=build` as `from: 'build'`. */
  readonly flags: Readonly<Record<string, string>>;
  /** What follows the flags. */
  readonly text: string;
  /** The same in words; a JSON list gives its parts. */
  readonly words: readonly string[];
}

/** From one `FROM` to the next. */
export interface Stage {
  readonly image: string;
  readonly name: string | undefined;
  readonly instructions: readonly Instruction[];
}

/**
 * Parses our Dockerfile, and only as much of the language as it uses.
 *
 * @throws Error if an instruction precedes the first stage
 */
export function readDockerfile(
  text = readFileSync(path.join(ROOT, 'Dockerfile'), 'utf8'),
): Stage[] {
  const stages: (Omit<Stage, 'instructions'> & { instructions: Instruction[] })[] = [];
  const known = new Map<string, string>();
  for (const line of logicalLines(text)) {
    const instruction = parseInstruction(line, known);
    const { keyword, words } = instruction;
    if (keyword === 'ARG' && stages.length === 0) {
      const [name = '', value = ''] = words[0]?.split('=') ?? [];
      known.set(name, value);
    } else if (keyword === 'FROM') {
      const [image = '', , name] = words;
      stages.push({ image, name, instructions: [] });
    } else {
      const stage = stages.at(-1);
      if (!stage) throw new Error(`${keyword} precedes FROM`);
      stage.instructions.push(instruction);
    }
  }
  return stages;
}

function logicalLines(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.trimStart().startsWith('#'))
    .join('\n')
    .replaceAll('\\\n', ' ')
    .split('\n');
}

function parseInstruction(line: string, known: ReadonlyMap<string, string>): Instruction {
  const [, keyword = '', rest = ''] = /^\s*(\w+)\s*(.*)$/.exec(line) ?? [];
  const flags: Record<string, string> = {};
  const text = rest
    .replace(/^(?:--[\w-]+=\S+\s+)+/, (given) => {
      for (const flag of given.trim().split(/\s+/)) {
        const [name = '', value = ''] = flag.slice('--'.length).split('=');
        flags[name] = value;
      }
      return '';
    })
    .replace(/\$\{(\w+)\}/g, (whole, name: string) => known.get(name) ?? whole);
  return { keyword: keyword.toUpperCase(), flags, text, words: wordsOf(text) };
}

/** Without the `CMD` of `HEALTHCHECK CMD ["node", "x"]`: the words are the command. */
function wordsOf(text: string): string[] {
  const list = /^(?:CMD\s+)?(\[.*\])$/.exec(text.trim())?.[1];
  return list === undefined ? text.trim().split(/\s+/) : (JSON.parse(list) as string[]);
}

/** What .dockerignore includes: it excludes everything and then lists exceptions. */
export function builderSees(): string[] {
  const [first, ...others] = readFileSync(path.join(ROOT, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (first !== '*' || others.some((line) => !line.startsWith('!'))) {
    throw new Error(
      '.dockerignore must exclude everything (*), and then only list exceptions (!name)',
    );
  }
  return others.map((line) => line.slice(1));
}
