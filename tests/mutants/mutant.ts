/** Tests of one project: a file, or the whole project if none is named. */
export interface TestSelection {
  readonly project: string;
  readonly file?: string;
}

/** Replaces the one place in a file that reads `from`. */
export interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** One deliberate mistake. */
export interface Mutant {
  readonly name: string;
  /** What holds in the original source, but not with the mutant. */
  readonly rule: string;
  /** Those that must notice, the quickest first. */
  readonly tests: readonly TestSelection[];
  readonly edits: readonly Edit[];
}

/**
 * @param text the source of the edit's file
 * @throws Error if `from` does not occur exactly once
 */
export function applyEdit(text: string, { file, from, to }: Edit): string {
  const occurrences = text.split(from).length - 1;
  if (occurrences !== 1) {
    throw new Error(`${file} has this text ${String(occurrences)} times, not once:\n${from}`);
  }
  return text.replace(from, () => to);
}
