import 'reflect-metadata';

/** Complete request bodies, each under a short title. */
export type BodyExamples = Readonly<Record<string, object>>;

const EXAMPLES = Symbol('examples');

/**
 * Examples for the documentation page, which fills in the first one. Without examples it would fill in
 * every optional field, and a body with all of them seldom makes sense.
 */
export function Examples(examples: BodyExamples): ClassDecorator {
  return (dto) => {
    Reflect.defineMetadata(EXAMPLES, examples, dto);
  };
}

export function examplesOf(dto: object): BodyExamples {
  return (Reflect.getMetadata(EXAMPLES, dto) as BodyExamples | undefined) ?? {};
}
