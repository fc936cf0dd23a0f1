import 'reflect-metadata';
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { allRequests, findRequest, type RegisteredRequest } from '../../application/requests/api-request.js';
import { AUDIT_ROUTE, MODEL_ROUTE, READ_ROUTES, REPORT_ROUTE, type ReadRoute } from '../reads/read-routes.js';
import { COMMAND_EXAMPLES } from './command-examples.js';
import { ENVELOPE, FIELD_ERRORS } from './envelope-schema.js';

type Paths = OpenAPIObject['paths'];
type PathItem = Paths[string];
interface SchemaObject {
  readonly properties?: Readonly<Record<string, object>>;
  readonly required?: readonly string[];
}

const TENANT_PARAMETER = {
  name: 'X-Tenant-ID',
  in: 'header',
  required: true,
  schema: { type: 'string', default: 'default' },
  description: 'The tenant; one of the token.',
} as const;
const CORRELATION_PARAMETER = {
  name: 'X-Correlation-ID',
  in: 'header',
  required: false,
  schema: { type: 'string' },
  description: 'Returned, logged and audited; made when absent.',
} as const;
const KEY_PARAMETER = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  schema: { type: 'string', maxLength: 255 },
  description: 'One effect and one answer for each key, for at least 24 h.',
} as const;

/** OpenAPI 3 of the whole server, made from the same classes and the same table that serve it. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const requests = [...allRequests()].sort((a, b) => a.name.localeCompare(b.name));
  const base = new DocumentBuilder()
    .setTitle('Reprise')
    .setDescription(
      'A BPMN 2.0 process engine in which failure is an ordinary, operable state. One endpoint for commands and queries, and reads as plain HTTP.',
    )
    .setVersion('1')
    .addBearerAuth()
    .build();
  const document = SwaggerModule.createDocument(app, base, { extraModels: requests.map((request) => request.data) });
  const schemas = (document.components ??= {}).schemas ?? {};
  document.components.schemas = schemas;
  schemas['Answer'] = ENVELOPE;
  schemas['FieldErrors'] = FIELD_ERRORS;
  for (const request of requests) schemas[request.name] = commandSchema(request);
  document.paths = {
    '/api/core/cmd': { post: commandOperation(requests) },
    ...readPaths(schemas as Readonly<Record<string, SchemaObject>>),
  };
  return document;
}

function commandSchema({ name, data, summary, permission }: RegisteredRequest): object {
  return {
    type: 'object',
    title: name,
    description: `${summary} Needs the permission \`${permission}\`.`,
    required: ['cmd', 'data'],
    properties: { cmd: { type: 'string', enum: [name] }, data: { $ref: `#/components/schemas/${data.name}` } },
  };
}

function commandOperation(requests: readonly RegisteredRequest[]): NonNullable<PathItem['post']> {
  const references = requests.map(({ name }) => ({ $ref: `#/components/schemas/${name}` }));
  return {
    operationId: 'executeCommand',
    summary: 'Execute a command or a query',
    description:
      'Names are accepted with and without their suffix Command or Query. A refusal by the domain is HTTP 200 with isSuccessful false.',
    tags: ['Commands'],
    security: [{ bearer: [] }],
    parameters: [TENANT_PARAMETER, CORRELATION_PARAMETER, KEY_PARAMETER],
    requestBody: {
      required: true,
      content: {
        'application/json': { schema: { oneOf: references, discriminator: { propertyName: 'cmd' } }, examples: COMMAND_EXAMPLES },
      },
    },
    responses: answers(),
  };
}

function readPaths(schemas: Readonly<Record<string, SchemaObject>>): Paths {
  const paths: Paths = {};
  for (const route of [...READ_ROUTES, AUDIT_ROUTE, REPORT_ROUTE, MODEL_ROUTE]) {
    const spec = findRequest(route.request);
    if (spec)
      paths[`/api/core/${route.path.replaceAll(/:(\w+)/g, '{$1}')}`] = {
        get: readOperation(route, spec, schemas[spec.data.name] ?? {}),
      };
  }
  return paths;
}

function readOperation(route: ReadRoute, spec: RegisteredRequest, schema: SchemaObject): NonNullable<PathItem['get']> {
  const inPath = Object.keys(route.params ?? {}).map(
    (name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }) as const,
  );
  const given = new Set([...Object.values(route.params ?? {}), ...Object.keys(route.fixed ?? {})]);
  const inQuery = Object.entries(schema.properties ?? {})
    .filter(([name]) => !given.has(name))
    .map(([name, field]) => ({ name, in: 'query', required: (schema.required ?? []).includes(name), schema: field }) as const);
  const further = Object.entries(route.query ?? {}).map(
    ([name, description]) => ({ name, in: 'query', required: false, description, schema: { type: 'boolean' } }) as const,
  );
  return {
    operationId: `read_${route.path.replaceAll(/\W+/g, '_')}`,
    summary: spec.summary,
    description: `The same as ${spec.name} of the endpoint.`,
    tags: ['Reads'],
    security: [{ bearer: [] }],
    parameters: [...inPath, ...inQuery, ...further, TENANT_PARAMETER, CORRELATION_PARAMETER],
    responses: answers(route.media),
  };
}

/** `media`: what a success may be instead of the envelope. */
function answers(media: readonly string[] = []): NonNullable<PathItem['post']>['responses'] {
  const envelope = { 'application/json': { schema: { $ref: '#/components/schemas/Answer' } } };
  const texts = Object.fromEntries(media.map((type) => [type, { schema: { type: 'string' as const } }]));
  const invalid = {
    'application/json': {
      schema: { allOf: [{ $ref: '#/components/schemas/Answer' }, { $ref: '#/components/schemas/FieldErrors' }] },
    },
  };
  return {
    200: { description: 'Done ("00"), or refused by the domain ("99", "40", "404")', content: { ...envelope, ...texts } },
    400: { description: 'Malformed body, unknown command or invalid field', content: invalid },
    401: { description: 'No or bad token', content: envelope },
    403: { description: 'Tenant or permission missing', content: envelope },
    409: { description: 'The idempotency key was used with another request', content: envelope },
    413: { description: 'Body too large', content: envelope },
    429: { description: 'Too many requests', content: envelope },
    500: { description: 'Our fault', content: envelope },
    503: { description: 'The database is away, or the server is shutting down', content: envelope },
  };
}
