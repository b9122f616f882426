/** A route's path with its parameters filled in, all with the same. */
export function pathWith(pattern: string, id: number | string): string {
  return pattern.replace(/:\w+/g, String(id));
}
