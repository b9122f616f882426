import { STATUS_OF, type ErrorCode } from '../../../src/errors/error-codes';

/**
 * The answer to a refused request, for `toMatchObject`.
 *
 * @param field the input field that `details` must name
 */
export function refusal(code: ErrorCode, field?: string): object {
  const naming: unknown = expect.arrayContaining([expect.objectContaining({ field })]);
  return {
    status: STATUS_OF[code],
    body: {
      statusCode: STATUS_OF[code],
      code,
      ...(field === undefined ? {} : { details: naming }),
    },
  };
}
