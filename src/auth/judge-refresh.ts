/** What the database knows of a session's refresh tokens. */
interface KnownTokens {
  /** Of the good one. */
  readonly token_hash: string;
  /** Of the one used last, and when. */
  readonly used_hash: string | null;
  readonly used_at: Date | null;
  readonly expires_at: Date;
}

/** How long the answer to a refresh can be asked for again: a phone may have lost it on the way. */
const GRACE_MS = 10_000;

/**
 * What a refresh token is to its session: the good one, the one just used by someone who may have lost
 * the answer, or one that is over. Whoever sends one of the last kind has a copy: the session must end.
 *
 * @param hash of the token
 * @param now by the database's clock, read under the session's lock
 */
export function judgeRefresh(
  session: KnownTokens,
  hash: string,
  now: Date,
): 'good' | 'just used' | 'over' {
  if (session.expires_at <= now) return 'over';
  if (session.token_hash === hash) return 'good';
  const usedAt = session.used_at?.getTime() ?? 0;
  const isInGrace = now.getTime() - usedAt <= GRACE_MS;
  return session.used_hash === hash && isInGrace ? 'just used' : 'over';
}
