import type { FieldFault } from '../errors/api-error';

/** A body whose fields also have rules among each other. */
export interface SelfChecking {
  /** @param actorId who sent it; undefined where anyone may */
  faults(actorId: number | undefined): FieldFault[];
}

export function isSelfChecking(dto: object): dto is SelfChecking {
  return 'faults' in dto && typeof dto.faults === 'function';
}
