import type { FieldFault } from '../errors/api-error';

/** A body with rules that span several fields. */
export interface SelfChecking {
  /** @param actorId the sender; undefined on public routes */
  faults(actorId: number | undefined): FieldFault[];
}

export function isSelfChecking(dto: object): dto is SelfChecking {
  return 'faults' in dto && typeof dto.faults === 'function';
}
