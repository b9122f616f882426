const MAX_SHOWN_CHARACTERS = 100;
/** What apps with a web view send as `Origin`: `capacitor://localhost`. */
const APP_ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@*]+$/;

/**
 * The origins of a list that is separated by commas; `*` if it is among them.
 *
 * @param faults gets one for each entry that no browser's `Origin` can equal, and for `null`, which
 * sandboxed pages of every site send
 */
export function originsOf(list: string, faults: string[]): '*' | readonly string[] {
  const entries = list.split(',').map((entry) => entry.trim());
  const origins = entries.filter((entry) => entry !== '');
  if (origins.length === 0) faults.push('ORIGIN lists no origin: set * for any');
  for (const origin of origins) {
    const remedy = origin === '*' ? null : remedyFor(origin);
    if (remedy === null) continue;
    const shown = JSON.stringify(origin.slice(0, MAX_SHOWN_CHARACTERS));
    faults.push(`ORIGIN has ${shown}, which is not the origin of a page: ${remedy}`);
  }
  return origins.includes('*') ? '*' : origins;
}

/** What to write instead; null if the text is an origin. */
function remedyFor(text: string): string | null {
  if (/\s/.test(text)) return 'separate origins by commas';
  if (text === 'null') return 'list the origins of your pages, or set * for any';
  if (text.includes('*')) return 'patterns are not supported; list each origin, or set * for any';
  if (!text.includes('://')) return 'write the scheme too, such as https://example.com';
  if (/^https?:/i.test(text)) {
    if (!URL.canParse(text)) return 'write https://host or https://host:port';
    const { origin } = new URL(text);
    return origin === text ? null : `write ${origin}`;
  }
  return APP_ORIGIN.test(text) ? null : 'write scheme://host or scheme://host:port';
}
