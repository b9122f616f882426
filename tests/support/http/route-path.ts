/** A route's path with its parameter filled in. */
export function pathWith(pattern: string, id: number | string): string {
  return pattern.replace(/:\w+/, String(id));
}
