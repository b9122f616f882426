import { ERROR_CODES, type ErrorCode } from '../../../src/errors/error-codes';

/**
 * The answer to a refused request, for `toMatchObject`.
 *
 * @param field the input field that `details` must name
 */
export function refusal(code: ErrorCode, field?: string): object {
  const { status } = ERROR_CODES[code];
  const naming: unknown = expect.arrayContaining([expect.objectContaining({ field })]);
  return {
    status,
    body: {
      statusCode: status,
      code,
      ...(field === undefined ? {} : { details: naming }),
    },
  };
}
