import type { Credential } from '../auth/credential';
import type { Actor } from '../domain/rights';

/** Who is calling, and how they showed it. */
export interface Caller {
  readonly actor: Actor;
  readonly credential: Credential;
}
