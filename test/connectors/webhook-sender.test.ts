import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { WebhookSender, type WebhookOutcome } from '../../src/connectors/webhook/webhook-sender.js';
import { failing, succeeding, TestService } from '../e2e/support/test-service.js';

let service: TestService;
const senders: WebhookSender[] = [];
const message = { secret: 'a-secret-of-tests', event: 'incident.opened', deliveryId: '7-1', attempt: 3, body: '{"id":1}' };

beforeAll(async () => {
  service = await new TestService().start();
});
afterEach(async () => {
  service.calls.length = 0;
  await Promise.all(senders.splice(0).map((sender) => sender.close()));
});
afterAll(() => service?.stop());

function send(url: string, allowPrivate = true, timeoutMs = 10_000): Promise<WebhookOutcome> {
  const sender = new WebhookSender(allowPrivate, timeoutMs);
  senders.push(sender);
  return sender.send({ ...message, url }, new AbortController().signal);
}

describe('the sender of webhooks', () => {
  test('POSTs the event with its names and a signature of time and body', async () => {
    service.answers(succeeding());

    expect(await send(`${service.url}/hook?key=1`)).toEqual({ kind: 'delivered' });

    const [call] = service.calls;
    expect(call).toMatchObject({ path: '/hook?key=1', body: message.body });
    expect(call?.headers).toMatchObject({
      'reprise-event': 'incident.opened',
      'reprise-delivery': '7-1',
      'reprise-attempt': '3',
    });
    const [, t = '', v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(call?.headers['reprise-signature'])) ?? [];
    expect(v1).toBe(createHmac('sha256', message.secret).update(`${t}.${message.body}`).digest('hex'));
    expect(Math.abs(Number(t) - Date.now() / 1_000)).toBeLessThan(60);
  });

  test('is believed by the receiver of the guide, and nobody else is', async () => {
    service.answers(succeeding());
    const guide = readFileSync('docs/guides/notifications.md', 'utf8');
    const code = guide.split('```').find((each) => each.includes('export function isFromReprise')) ?? '';
    const address = `data:text/javascript,${encodeURIComponent(code.replace(/^text/, ''))}`;
    const { isFromReprise } = (await import(address)) as { isFromReprise: (...given: unknown[]) => boolean };

    await send(service.url);

    const [call] = service.calls;
    const signature = call?.headers['reprise-signature'];
    const body = call?.body ?? '';
    expect(isFromReprise(message.secret, signature, body)).toBe(true);
    expect(isFromReprise('another-secret', signature, body)).toBe(false);
    expect(isFromReprise(message.secret, signature, `${body} `)).toBe(false);
    expect(isFromReprise(message.secret, signature, body, Date.now() + 600_000)).toBe(false);
    expect(isFromReprise(message.secret, 'nonsense', body)).toBe(false);
  });

  test('takes any other answer for a failure, and hears when to come again', async () => {
    service.answers((_call, response) => response.writeHead(503, { 'retry-after': '120' }).end('later'));
    expect(await send(service.url)).toMatchObject({ kind: 'failed', code: 'HTTP_503', status: 503, retryAfterMs: 120_000 });
  });

  test('follows no redirect', async () => {
    const behind = await new TestService().start();
    service.answers((_call, response) => response.writeHead(307, { location: behind.url }).end());

    expect(await send(service.url)).toMatchObject({ kind: 'failed', code: 'HTTP_307' });

    expect(behind.calls).toEqual([]);
    await behind.stop();
  });

  test('gives up on a receiver that hangs, and on an answer without end once its status is known', async () => {
    service.holds();
    expect(await send(service.url, true, 100)).toMatchObject({ kind: 'failed', code: 'TIMEOUT', status: null });
    service.release();
    service.answers((_call, response) => response.writeHead(200).write('x'));
    expect(await send(service.url, true, 100)).toEqual({ kind: 'delivered' });
  });

  test('calls no private address, whether it is named or resolved', async () => {
    service.answers(failing());
    const { port } = new URL(service.url);
    for (const host of ['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]'])
      expect(await send(`http://${host}:${port}/`, false)).toMatchObject({ kind: 'failed', code: 'ADDRESS_FORBIDDEN' });
    expect(service.calls).toEqual([]);
  });
});
