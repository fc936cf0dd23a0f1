import type { JsonObject } from '../../src/engine/index.js';
import { answerJson, RealService } from './real-service.js';

const service = new RealService(true);
beforeAll(() => service.open());
beforeEach(() => service.reset());
afterAll(() => service.close());

describe('what BankLingo says', () => {
  const variables = { id: 'a/b c', base: '', customer: { name: 'Zoë "Z"', age: 30 }, list: [1, 2], token: 's3cret' };

  it('is filled into address, headers and payload', async () => {
    const outcome = await service.call(
      {
        endpoint: '${base}/customers/${id}?age=${customer.age}',
        method: 'POST',
        headers: '{"Authorization": "Bearer ${token}", "X-Name": "${customer.name}"}',
        payloadTemplate:
          '{"name": "${customer.name}", "customer": ${customer}, "list": "${list}", "text": "age ${customer.age}"}',
      },
      { variables: { ...variables, base: service.base } },
    );

    expect(outcome.kind).toBe('completed');
    expect(service.asked[0]).toMatchObject({
      method: 'POST',
      url: '/customers/a%2Fb%20c?age=30',
      headers: { authorization: 'Bearer s3cret' },
    });
    expect(JSON.parse(service.asked[0]?.body ?? '')).toEqual({
      name: 'Zoë "Z"',
      customer: variables.customer,
      list: [1, 2],
      text: 'age 30',
    });
    expect(service.asked[0]?.headers['content-type']).toBe('application/json');
  });

  it('may not add headers or lines by a variable', async () => {
    for (const headers of ['{"X-Name": "${name}"}', 'X-Name: ${name}'])
      await service.call({ headers }, { variables: { name: 'a", "X-Evil": "1; X-Evil: 1' } });

    expect(service.asked.map(({ headers }) => [headers['x-name'], headers['x-evil']])).toEqual([
      ['a", "X-Evil": "1; X-Evil: 1', undefined],
      ['a", "X-Evil": "1; X-Evil: 1', undefined],
    ]);
    expect(await service.call({ headers: 'X-Name: ${name}' }, { variables: { name: 'a\r\nX-Evil: 1' } })).toMatchObject({
      code: 'INVALID_REQUEST',
    });
  });

  it('reads headers as lines, or one after the other', async () => {
    await service.call({ headers: 'Accept: text/plain;q=0.5; X-One: 1\nX-Two: ${two}' }, { variables: { two: 2 } });

    expect(service.asked[0]?.headers).toMatchObject({ accept: 'text/plain;q=0.5', 'x-one': '1', 'x-two': '2' });
  });

  it.each([
    ['a missing part of the address', { endpoint: 'http://h/${nothing}' }],
    ['an address that is none', { endpoint: 'score?key=${token}' }],
    ['an address of another kind', { endpoint: 'file:///etc/passwd?key=${token}' }],
    ['a payload that is no JSON', { endpoint: 'http://h/', method: 'POST', payloadTemplate: '{"a": ${token} oops}' }],
    ['a method that is none', { endpoint: 'http://h/', method: 'FETCH' }],
  ])('fails as an expression, without the values, for %s', async (_title, config) => {
    const outcome = await service.call(config, { variables });

    expect(outcome).toMatchObject({ kind: 'failed', code: 'EXPRESSION_FAILED' });
    expect(JSON.stringify(outcome)).not.toContain('s3cret');
  });
});

describe('what Camunda 8 says', () => {
  const config = {
    dialect: 'camunda8',
    resultVariable: 'answer',
    resultExpression: '={score: response.body.score}',
    errorExpression: null,
  };
  const local = (more: JsonObject = {}): JsonObject => ({ url: `${service.base}/score`, method: 'post', ...more });

  it('is sent, and answered in its own shape', async () => {
    service.answering = (_request, response) => answerJson(response, 200, { score: 7 });

    const outcome = await service.call(config, {
      local: local({
        headers: { 'X-A': 1 },
        queryParameters: { q: 'a b' },
        body: { x: 1 },
        authentication: { type: 'bearer', token: 'tok' },
      }),
    });

    expect(service.asked[0]).toMatchObject({
      method: 'POST',
      url: '/score?q=a+b',
      body: '{"x":1}',
      headers: { 'x-a': '1', authorization: 'Bearer tok' },
    });
    expect(outcome).toMatchObject({
      kind: 'completed',
      result: { status: 200, body: { score: 7 } },
      variables: { score: 7, answer: { status: 200, body: { score: 7 } } },
    });
  });

  it.each([
    ['basic', { type: 'basic', username: 'u', password: 'p' }, 'authorization', 'Basic dTpw'],
    ['an API key', { type: 'apiKey', name: 'X-Key', value: 'v' }, 'x-key', 'v'],
  ])('authenticates by %s', async (_title, authentication, header, value) => {
    await service.call(config, { local: local({ authentication }) });

    expect(service.asked[0]?.headers[header]).toBe(value);
  });

  it('makes modelled errors by its error expression', async () => {
    service.answering = (_request, response) => answerJson(response, 404, { message: 'unknown' });
    const errorExpression = '=if error.code = "404" then bpmnError("NOT_FOUND", error.message) else null';

    expect(await service.call({ ...config, errorExpression }, { local: local() })).toEqual({
      kind: 'bpmn-error',
      code: 'NOT_FOUND',
      message: 'unknown',
    });
  });

  it('fails as an expression where its result expression fails', async () => {
    const outcome = await service.call({ ...config, resultExpression: '=function(a) a' }, { local: local() });

    expect(outcome).toMatchObject({ kind: 'failed', code: 'EXPRESSION_FAILED' });
  });

  it.each([-1, 'soon'])('refuses a time-out of %p', async (readTimeoutInSeconds) => {
    expect(await service.call(config, { local: local({ readTimeoutInSeconds }) })).toMatchObject({ code: 'EXPRESSION_FAILED' });
  });

  it('takes a time-out of centuries for a long one', async () => {
    expect(await service.call(config, { local: local({ readTimeoutInSeconds: 1e12 }) })).toMatchObject({ kind: 'completed' });
  });
});

describe('what Camunda 7 says', () => {
  it('is sent, and written by its output parameters', async () => {
    service.answering = (_request, response) => answerJson(response, 200, { score: 7 });
    const inputs = { url: '${base}/score/${id}', method: 'PUT', headers: { 'X-Id': '${id}' }, payload: '{"id": "${id}"}' };

    const outcome = await service.call(
      { dialect: 'camunda7', inputs, outputs: { raw: '${response}', code: '${statusCode}' } },
      { variables: { base: service.base, id: 5 } },
    );

    expect(service.asked[0]).toMatchObject({ method: 'PUT', url: '/score/5', body: '{"id":5}', headers: { 'x-id': '5' } });
    expect(outcome).toEqual({ kind: 'completed', result: { score: 7 }, variables: { raw: '{"score":7}', code: 200 } });
  });
});
