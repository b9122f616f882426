/** Shorter names are too close to names that other programs use. */
const MIN_CHARACTERS = 5;
/** Longer names may differ in two characters. */
const LONG_CHARACTERS = 9;

/**
 * Warnings for variables that the server does not read, but whose names are hardly different from one
 * that it reads.
 */
export function nearMisses(given: readonly string[], known: readonly string[]): string[] {
  const knownNames = new Set(known);
  return given
    .filter((name) => !knownNames.has(name))
    .flatMap((name) => {
      const meant = known.find((candidate) => isNear(name, candidate));
      return meant === undefined ? [] : [`${name} is not read: did you mean ${meant}?`];
    });
}

function isNear(name: string, known: string): boolean {
  const upper = name.toUpperCase();
  if (known.length < MIN_CHARACTERS) return false;
  return distance(upper, known) <= (known.length >= LONG_CHARACTERS ? 2 : 1);
}

/** Levenshtein distance: characters to add, remove or replace. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
