import { JSONSchema } from 'class-validator-jsonschema';

/** What the rules do not express: descriptions, examples, and types that they leave open. */
type Schema = Readonly<Record<string, unknown>>;

/** One decorator out of several: the rules, and what they leave open in the schema. */
export function compose(schema: Schema, ...decorators: PropertyDecorator[]): PropertyDecorator {
  return (target, name) => {
    JSONSchema(schema)(target, String(name));
    for (const decorate of decorators) decorate(target, name);
  };
}

/** The same for a rule of our own, from which no schema can be derived: the given one is all of it. */
export function composeOwn(schema: Schema, ...decorators: PropertyDecorator[]): PropertyDecorator {
  return (target, name) => {
    for (const decorate of decorators) decorate(target, name);
    JSONSchema(() => schema)(target, String(name));
  };
}
