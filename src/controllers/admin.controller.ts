import type { EventParams } from '../dtos/common.dto';
import type { ListAuditQuery } from '../dtos/operations.dto';
import { presentAuditEntry, presentReconciliation } from '../presenters/operations.presenter';
import { ok, pageAnswer, type Answer } from '../presenters/answer';
import type { ActorRequest } from './request';
import type { Services } from './services';

export async function reconcile(
  { reconcile: service }: Services,
  { params }: ActorRequest<unknown, unknown, EventParams>,
): Promise<Answer> {
  return ok('Reconciliation', presentReconciliation(await service.reconcile(params.event_id)));
}

export async function audit(
  { audit }: Services,
  { actor, query }: ActorRequest<unknown, ListAuditQuery>,
): Promise<Answer> {
  const { limit, after, event_id: eventId, user_id: userId, action } = query;
  const page = await audit.list(actor, { limit, after, eventId, userId, action });
  return pageAnswer('Audit log', query, page, presentAuditEntry);
}
