/** What a caller identified themselves with. */
export type Credential =
  | {
      readonly kind: 'token';
      /** When the person proved who they are, in seconds since 1970; null if it does not say. */
      readonly authTime: number | null;
    }
  | { readonly kind: 'key'; readonly keyId: number };

/** How long a login counts as recent. */
const RECENT_SECONDS = 5 * 60;
const MS_PER_SECOND = 1_000;

/** Whether the person has just logged in, so that the password need not be asked for again. */
export function isRecentLogin(credential: Credential): boolean {
  const authTime = credential.kind === 'token' ? credential.authTime : null;
  return authTime !== null && Date.now() / MS_PER_SECOND - authTime < RECENT_SECONDS;
}
