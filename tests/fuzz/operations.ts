import { DOCUMENT } from '../support/http/contract';

export interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly string[];
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly schema: Schema;
}

export interface BodySchema {
  readonly properties: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

/** One operation of the published document, with the parts of its requests. */
export interface Operation {
  /** `POST /api/tickets/book`. */
  readonly name: string;
  readonly method: string;
  /** As the document writes it: `/api/events/{event_id}`. */
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: BodySchema | undefined;
  /** The pointer to the schema of its body. */
  readonly bodyReference: string | undefined;
  readonly needsBody: boolean;
  readonly needsToken: boolean;
}

interface DocumentedOperation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly required?: boolean;
    readonly content: Record<string, { schema: { $ref: string } }>;
  };
  readonly security: readonly Record<string, unknown>[];
}

const { paths, components } = DOCUMENT as unknown as {
  paths: Record<string, Record<string, DocumentedOperation>>;
  components: { schemas: Record<string, BodySchema> };
};

export const OPERATIONS: readonly Operation[] = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, documented]) => {
    const reference = documented.requestBody?.content['application/json']?.schema.$ref;
    return {
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      path,
      parameters: documented.parameters ?? [],
      body: reference === undefined ? undefined : components.schemas[reference.split('/').pop()!],
      bodyReference: reference,
      needsBody: documented.requestBody?.required === true,
      needsToken: documented.security.length > 0 && path.startsWith('/api/'),
    };
  }),
);
