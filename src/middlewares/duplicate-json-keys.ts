const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);
const SPACE = new Set([0x20, 0x09, 0x0a, 0x0d]);

/**
 * Finds a key that a JSON object contains twice. A parser silently keeps the last one, while a proxy
 * may have checked the first.
 *
 * @param json UTF-8; invalid JSON is left to the parser
 * @returns the first such key of the outermost object, or undefined
 */
export function duplicateKeyIn(json: Buffer): string | undefined {
  const keys = new Set<string>();
  let depth = 0;
  for (let index = 0; index < json.length; index += 1) {
    const byte = json[index]!;
    if (OPENING.has(byte)) depth += 1;
    else if (CLOSING.has(byte)) depth -= 1;
    if (byte !== QUOTE) continue;
    const end = endOfText(json, index);
    if (depth === 1 && isColonNext(json, end + 1)) {
      const key = keyIn(json.toString('utf8', index, end + 1));
      if (keys.has(key)) return key;
      keys.add(key);
    }
    index = end;
  }
  return undefined;
}

/** The index of the closing quote of the text that begins at `start`. */
function endOfText(json: Buffer, start: number): number {
  let index = start + 1;
  while (index < json.length && json[index] !== QUOTE) {
    index += json[index] === BACKSLASH ? 2 : 1;
  }
  return index;
}

function isColonNext(json: Buffer, start: number): boolean {
  let index = start;
  while (SPACE.has(json[index] ?? 0)) index += 1;
  return json[index] === COLON;
}

/** `"user\u005fid"` is `user_id`. */
function keyIn(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted;
  }
}
