import type { Refusal } from '../domain/outcomes';
import { ApiError } from '../errors/api-error';

/** Turns a refused command into the answer that its sender gets. */
export function acceptedOrThrow<Result extends object>(result: Result | Refusal): Result {
  if (!isRefusal(result)) return result;
  const { code, message, field } = result;
  throw new ApiError(code, message, field === undefined ? {} : { details: [{ field, message }] });
}

function isRefusal(result: object): result is Refusal {
  return 'refused' in result && result.refused === true;
}
