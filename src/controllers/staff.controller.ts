import type { EventParams, PageQuery } from '../dtos/common.dto';
import type { PutStaffBody, StaffParams } from '../dtos/staff.dto';
import { ok, pageAnswer, type Answer } from '../presenters/answer';
import { presentStaff } from '../presenters/staff.presenter';
import type { ActorRequest } from './request';
import type { Services } from './services';

export async function list(
  { staff }: Services,
  { actor, params, query }: ActorRequest<unknown, PageQuery, EventParams>,
): Promise<Answer> {
  const page = await staff.list(actor, params.event_id, query);
  return pageAnswer('Staff of the event', query, page, presentStaff);
}

export async function put(
  { staff }: Services,
  request: ActorRequest<PutStaffBody, unknown, StaffParams>,
): Promise<Answer> {
  const { params, body } = request;
  const member = await staff.put(params.event_id, params.user_id, body.rights, request);
  return ok('Rights set', presentStaff(member));
}

export async function remove(
  { staff }: Services,
  request: ActorRequest<unknown, unknown, StaffParams>,
): Promise<Answer> {
  const { event_id: eventId, user_id: userId } = request.params;
  await staff.remove(eventId, userId, request);
  return ok('Rights taken away', null);
}
