import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { allRequests } from '../../src/application/requests/api-request.js';
import { COMMAND_EXAMPLES } from '../../src/api/openapi/command-examples.js';
import { READ_ROUTES } from '../../src/api/reads/read-routes.js';
import { startTestServer, type TestServer } from '../e2e/support/test-server.js';

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly required: boolean;
    readonly schema: object;
  }[];
  readonly responses: Readonly<Record<string, { readonly description: string }>>;
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: { readonly oneOf: readonly { readonly $ref: string }[] } }>>;
  };
}
interface Document {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>>; readonly securitySchemes: object };
}
interface Schema {
  readonly properties: Readonly<Record<string, { readonly enum?: readonly string[]; readonly $ref?: string }>>;
  readonly required?: readonly string[];
}

let server: TestServer;
let document: Document;

beforeAll(async () => {
  server = await startTestServer();
  document = (await request(server.url).get('/api/openapi.json')).body as Document;
});

afterAll(async () => {
  await server?.close();
});

/** Everything under a key of this name, wherever it stands. */
function valuesOf(value: unknown, name: string): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => [...(key === name ? [child] : []), ...valuesOf(child, name)]);
}

const operations = (): Operation[] => Object.values(document.paths).flatMap((path) => Object.values(path));

describe('the OpenAPI document', () => {
  it.each(Object.entries(COMMAND_EXAMPLES))('has an example of %s that the endpoint takes as it is', async (_name, { value }) => {
    expect(await server.admin.post(value)).toMatchObject({ httpStatus: 200 });
  });

  it('is version 3 and has what every document must have', () => {
    expect(document).toMatchObject({
      openapi: expect.stringMatching(/^3\./),
      info: { title: 'Reprise', version: expect.any(String) },
    });
    expect(document.components.securitySchemes).toMatchObject({ bearer: { type: 'http', scheme: 'bearer' } });
    for (const operation of operations()) {
      expect(operation).toMatchObject({ operationId: expect.any(String), summary: expect.any(String) });
      for (const response of Object.values(operation.responses)) expect(response.description).toEqual(expect.any(String));
    }
  });

  it('has no reference that leads nowhere', () => {
    const references = valuesOf(document, '$ref') as string[];
    expect(references.length).toBeGreaterThan(60);
    for (const reference of references) {
      const [, ...steps] = reference.split('/');
      const target = steps.reduce<unknown>((at, step) => (at as Readonly<Record<string, unknown>> | undefined)?.[step], document);
      expect([reference, typeof target]).toEqual([reference, 'object']);
    }
  });

  it('has operation ids that are unique, and names every path parameter once', () => {
    const ids = operations().map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [path, item] of Object.entries(document.paths)) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      for (const { parameters } of Object.values(item)) {
        expect(parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name)).toEqual(inPath);
        const names = parameters.map((parameter) => `${parameter.in} ${parameter.name}`);
        expect(new Set(names).size).toBe(names.length);
      }
    }
  });

  it('describes every command and query that the endpoint knows', () => {
    const body = document.paths['/api/core/cmd']?.['post']?.requestBody?.content['application/json']?.schema;
    const named = (body?.oneOf ?? []).map(({ $ref }) => $ref.replace('#/components/schemas/', ''));
    expect(named.sort()).toEqual(
      allRequests()
        .map(({ name }) => name)
        .sort(),
    );
    for (const { name, data } of allRequests()) {
      expect(document.components.schemas[name]?.properties).toMatchObject({
        cmd: { enum: [name] },
        data: { $ref: `#/components/schemas/${data.name}` },
      });
    }
  });

  it('says which fields a command has and which it needs', () => {
    const schema = document.components.schemas['RetryFailedTaskData'];
    expect(schema?.required).toEqual(['instanceGuid']);
    expect(Object.keys(schema?.properties ?? {})).toEqual(
      expect.arrayContaining([
        'instanceGuid',
        'updatedVariables',
        'comment',
        'taskId',
        'expectedVersion',
        'dryRun',
        'keepVariables',
        'waitMs',
      ]),
    );
  });

  it('describes every plain read', () => {
    for (const path of [...READ_ROUTES.map((route) => route.path), 'audit', 'definitions/:id/xml'])
      expect(document.paths).toHaveProperty([`/api/core/${path.replaceAll(/:(\w+)/g, '{$1}')}`, 'get']);
    const successOf = (path: string): unknown => document.paths[`/api/core/${path}`]?.['get']?.responses['200'];
    expect(successOf('audit')).toHaveProperty(['content', 'text/csv']);
    expect(successOf('definitions/{id}/xml')).toHaveProperty(['content', 'application/xml']);
  });
});

describe('the documentation page', () => {
  it('loads what it needs from this server', async () => {
    const page = await request(server.url).get('/api/docs');
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    const addresses = [...page.text.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, address = '']) => address);
    expect(addresses.length).toBe(3);
    for (const address of addresses) {
      const asset = await request(server.url).get(address);
      expect([address, asset.status]).toEqual([address, 200]);
    }
    expect(page.text).toContain("url: '/api/openapi.json'");
    expect((await request(server.url).get('/api/docs/swagger-ui.css')).headers['content-type']).toContain('text/css');
  });

  it.each(['package.json', '..%2fpackage.json', '__proto__', 'swagger-ui.css.map'])('serves nothing else: %s', async (name) => {
    const response = await request(server.url).get(`/api/docs/${name}`);
    expect(response.status).toBe(404);
    expect(response.body).toMatchObject({ isSuccessful: false, statusCode: '404' });
  });
});
