import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { allRequests } from '../../src/application/requests/api-request.js';
import { REQUESTS } from '../../src/sdk/sent-requests.js';
import { startTestServer, type TestServer } from '../e2e/support/test-server.js';

interface Field {
  readonly name: string;
  readonly required: boolean;
  readonly type: string;
}
interface Schema {
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly required?: readonly string[];
}
interface FieldSchema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly items?: FieldSchema;
  readonly oneOf?: readonly FieldSchema[];
}

let server: TestServer;
let schemas: Readonly<Record<string, Schema>>;
let declared: Readonly<Record<string, readonly Field[]>>;

beforeAll(async () => {
  server = await startTestServer();
  const document = (await (await fetch(`${server.url}/api/openapi.json`)).json()) as { components: { schemas: typeof schemas } };
  ({ schemas } = document.components);
  declared = readDeclared();
}, 60_000);

afterAll(() => server?.close());

/** The fields of each request as the SDK's types have them, by method. */
function readDeclared(): Record<string, Field[]> {
  const file = 'src/sdk/requests.ts';
  const options = {
    strict: true,
    exactOptionalPropertyTypes: true,
    module: ts.ModuleKind.NodeNext,
    types: ['node'],
    noEmit: true,
  };
  const program = ts.createProgram([file], options);
  const checker = program.getTypeChecker();
  const found: Record<string, Field[]> = {};
  const source = program.getSourceFile(file);
  source?.forEachChild((node) => {
    if (!ts.isInterfaceDeclaration(node) || node.name.text !== 'Requests') return;
    for (const method of checker.getTypeAtLocation(node).getProperties()) {
      const request = checker.getTypeOfSymbolAtLocation(method, node).getProperty('request');
      if (!request) throw new Error(`Expected ${method.name} to be a Call`);
      found[method.name] = checker
        .getTypeOfSymbolAtLocation(request, node)
        .getProperties()
        .map((property) => ({
          name: property.name,
          required: (property.flags & ts.SymbolFlags.Optional) === 0,
          type: textOf(checker, checker.getTypeOfSymbolAtLocation(property, node)),
        }));
    }
  });
  return found;
}

function textOf(checker: ts.TypeChecker, type: ts.Type): string {
  if (type.flags & ts.TypeFlags.Unknown) return 'unknown';
  return checker.typeToString(checker.getNonNullableType(type), undefined, ts.TypeFormatFlags.NoTruncation).replaceAll('"', "'");
}

/** The type that a field of the OpenAPI document stands for. */
function typeOf({ type, enum: choices, items, oneOf }: FieldSchema): string {
  if (oneOf) return oneOf.length === 2 ? 'number | string' : 'unknown';
  if (choices) return choices.map((choice) => `'${choice}'`).join(' | ');
  if (type === 'array') {
    if (items?.type === 'object') return 'readonly JsonObject[]';
    const item = typeOf(items ?? {});
    return `${item} | readonly ${item.includes('|') ? `(${item})` : item}[]`;
  }
  return type === 'integer' ? 'number' : type === 'object' ? 'JsonObject' : (type ?? 'unknown');
}

const methodOf = (name: string): string => name.replace(/(Command|Query)$/, '').replace(/^./, (first) => first.toLowerCase());

describe('the client', () => {
  it('has one method for every command and query of the server, and no other', () => {
    const served = allRequests().map(({ name, kind }) => [methodOf(name), { cmd: name, kind }]);
    const known = Object.entries(REQUESTS).map(([method, { cmd, kind }]) => [
      method,
      { cmd, kind: kind === 'query' ? 'query' : 'command' },
    ]);
    expect(Object.fromEntries(known)).toEqual(Object.fromEntries(served));
    expect(Object.keys(declared).sort()).toEqual(Object.keys(REQUESTS).sort());
  });

  it('has the fields of each as the OpenAPI document has them; the idempotency key is an option of the call', () => {
    for (const { name, data } of allRequests()) {
      const { properties = {}, required = [] } = schemas[data.name] ?? {};
      const documented = Object.entries(properties)
        .filter(([field]) => field !== 'idempotencyKey')
        .map(([field, schema]) => [field, { required: required.includes(field), type: sorted(typeOf(schema)) }]);
      const own = (declared[methodOf(name)] ?? []).map((field) => [
        field.name,
        { required: field.required, type: sorted(field.type) },
      ]);
      expect([name, Object.fromEntries(own)]).toEqual([name, Object.fromEntries(documented)]);
    }
  });
});

/** The words of a type, whatever their order and brackets. */
function sorted(type: string): string {
  return (type.match(/'[^']*'|[\w[\]]+/g) ?? []).sort().join(' ');
}
