import { createRequire } from 'node:module';
import type { MetadataStorage } from 'class-transformer/types/MetadataStorage';
import { targetConstructorToSchema } from 'class-validator-jsonschema';
import { fieldNamesOf, optionalFieldsOf } from '../dtos/fields';
import type { DtoClass } from '../controllers/route';

export type Schema = Record<string, unknown>;

/** Only the internals of class-transformer know which DTO is nested in which. */
const { defaultMetadataStorage: transformerMetadata } = createRequire(__filename)(
  'class-transformer/cjs/storage',
) as { defaultMetadataStorage: MetadataStorage };

const REF_PREFIX = '#/components/schemas/';

/** The JSON Schema of a DTO. */
export function schemaFromDto(dto: DtoClass): Schema {
  const schema = targetConstructorToSchema(dto, {
    classTransformerMetadataStorage: transformerMetadata,
    refPointerPrefix: REF_PREFIX,
  }) as Schema;
  const optional = optionalFieldsOf(dto);
  const required = [...fieldNamesOf(dto)].filter((name) => !optional.includes(name));
  return {
    type: 'object',
    properties: withNullableReferences((schema.properties ?? {}) as Record<string, Schema>),
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
}

export function referenceTo(dto: DtoClass): Schema {
  return { $ref: `${REF_PREFIX}${dto.name}` };
}

/** DTOs that a DTO contains, itself included. */
export function dtosIn(dto: DtoClass): Set<DtoClass> {
  const found = new Set<DtoClass>([dto]);
  for (const name of fieldNamesOf(dto)) {
    const type = transformerMetadata.findTypeMetadata(dto, name) as
      { typeFunction?: () => unknown } | undefined;
    const nested = type?.typeFunction?.();
    if (typeof nested === 'function') {
      for (const inner of dtosIn(nested as DtoClass)) found.add(inner);
    }
  }
  return found;
}

/** A reference can't be nullable by itself; OpenAPI 3.1 needs `anyOf` with null. */
function withNullableReferences(properties: Record<string, Schema>): Record<string, Schema> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => {
      const { $ref, nullable, ...rest } = property;
      if ($ref === undefined) return [name, property];
      return [
        name,
        nullable === true ? { anyOf: [{ $ref }, { type: 'null' }], ...rest } : { $ref, ...rest },
      ];
    }),
  );
}
