import 'reflect-metadata';

/** Whole bodies that can be sent as they are, each under a few words on what it does. */
export type BodyExamples = Readonly<Record<string, object>>;

const EXAMPLES = Symbol('examples');

/**
 * Examples for the documentation, which offers the first of them to whoever tries the route. Without
 * them it would offer every optional field, and a body with all of them seldom makes sense.
 */
export function Examples(examples: BodyExamples): ClassDecorator {
  return (dto) => {
    Reflect.defineMetadata(EXAMPLES, examples, dto);
  };
}

export function examplesOf(dto: object): BodyExamples {
  return (Reflect.getMetadata(EXAMPLES, dto) as BodyExamples | undefined) ?? {};
}
