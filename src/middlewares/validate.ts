import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import type { Request } from 'express';
import { Nothing } from '../dtos/common.dto';
import { fieldNamesOf } from '../dtos/fields';
import { flatObjectsOf } from '../dtos/flat-object-field';
import { isSelfChecking } from '../dtos/self-checking';
import { validationFailed, type FieldFault } from '../errors/api-error';
import type { DtoClass, Route } from '../controllers/route';
import type { ApiHandler } from './locals';

/** Most faults that one answer lists, and the length to which it cuts names. */
const MAX_LISTED_FAULTS = 20;
const MAX_NAME_CHARACTERS = 100;
/** Longest list that is validated entry by entry; the limits of the routes are far lower. */
const MAX_LIST_ENTRIES = 1_000;

/** Validates path, query and body by their DTOs, and stores the results in `locals`. */
export function validate({
  params,
  query,
  body,
}: Pick<Route, 'params' | 'query' | 'body'>): ApiHandler {
  return (request, response, next) => {
    const { locals } = response;
    const actorId = locals.actor?.id;
    locals.params = checked(params ?? Nothing, request.params, { actorId });
    requireOnce(query ?? Nothing, request.query);
    locals.query = checked(query ?? Nothing, request.query, { actorId, kind: 'query parameter' });
    // Undefined means no body; null is a body, but not an object.
    const given: unknown = request.body === undefined ? {} : request.body;
    locals.body = checked(body ?? Nothing, given, { actorId });
    next();
  };
}

/** @throws ApiError VALIDATION_FAILED naming each parameter that was sent more than once */
function requireOnce(dto: DtoClass, query: Request['query']): void {
  const doubled = [...fieldNamesOf(dto)].filter((name) => Array.isArray(query[name]));
  if (doubled.length > 0) throw validationFailed(...doubled.map(isDoubled));
}

/** @throws ApiError VALIDATION_FAILED naming each invalid field */
function checked(
  dto: DtoClass,
  raw: unknown,
  { actorId, kind = 'field' }: { actorId: number | undefined; kind?: string },
): object {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    throw validationFailed({ field: 'body', message: 'The body must be a JSON object' });
  }
  const known = fieldNamesOf(dto);
  const unknown = Object.keys(raw).filter((name) => !known.has(name));
  if (unknown.length > 0) {
    const listed = unknown.slice(0, MAX_LISTED_FAULTS);
    throw validationFailed(...listed.map((name) => isUnknown(name, kind)));
  }
  // Most routes take no query, and validating an empty one costs as much as a full one.
  if (known.size === 0) return new dto();
  const flatObjects = flatObjectsOf(dto);
  const shapeless = Object.entries(raw).filter(
    ([name, value]) => !isPlain(value) && !(flatObjects.includes(name) && isFlat(value)),
  );
  if (shapeless.length > 0) throw validationFailed(...shapeless.map(([name]) => isNotPlain(name)));
  const instance = plainToInstance(dto, raw, { exposeUnsetFields: false });
  const faults = faultsOf(instance);
  if (faults.length === 0 && isSelfChecking(instance)) faults.push(...instance.faults(actorId));
  if (faults.length > 0) throw validationFailed(...faults);
  return instance;
}

function isUnknown(name: string, kind: string): FieldFault {
  const field = name.slice(0, MAX_NAME_CHARACTERS);
  return { field, message: `${field} is not a ${kind} of this request` };
}

function isDoubled(field: string): FieldFault {
  return { field, message: `${field} is sent more than once` };
}

/**
 * Fields hold single values, or lists of them. The validator would follow deeper nesting to its end,
 * and a thousand levels fit into a small body.
 */
function isPlain(value: unknown): boolean {
  return Array.isArray(value)
    ? value.length <= MAX_LIST_ENTRIES && value.every(isSingle)
    : isSingle(value);
}

function isFlat(value: unknown): boolean {
  return typeof value === 'object' && Object.values(value!).every(isSingle);
}

function isSingle(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
}

function isNotPlain(field: string): FieldFault {
  const entries = String(MAX_LIST_ENTRIES);
  return { field, message: `${field} must be one value, or a list of at most ${entries} values` };
}

function faultsOf(instance: object): FieldFault[] {
  const errors = validateSync(instance, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: false,
    stopAtFirstError: true,
  });
  return errors.flatMap(faultsIn);
}

function faultsIn({ property, constraints = {}, children = [] }: ValidationError): FieldFault[] {
  return [
    ...Object.values(constraints).map((message) => ({ field: property, message })),
    ...children.flatMap(faultsIn),
  ];
}
