import { RealService } from './real-service.js';

const service = new RealService(false);
beforeAll(() => service.open());
beforeEach(() => service.reset());
afterAll(() => service.close());

describe('the fence', () => {
  it.each([
    ...[
      '127.0.0.1',
      '2130706433',
      '0x7f000001',
      '0177.0.0.1',
      '127.1',
      '10.1.2.3',
      '172.16.0.1',
      '192.168.1.1',
      '169.254.169.254',
      '100.64.0.1',
      '0.0.0.0',
      '255.255.255.255',
    ],
    ...[
      '[::1]',
      '[::]',
      '[::ffff:127.0.0.1]',
      '[::ffff:10.0.0.1]',
      '[::127.0.0.1]',
      '[64:ff9b::7f00:1]',
      '[fd00::1]',
      '[fe80::1]',
      '[fec0::1]',
      '[2002:7f00:1::]',
    ],
    ...['localhost', 'LOCALHOST', 'localhost.', 'ip6-localhost'],
  ])('keeps calls away from %s', async (host) => {
    const port = new URL(service.base).port;

    const outcome = await service.call({ endpoint: `http://${host}:${port}/` });

    expect(outcome).toMatchObject({
      kind: 'failed',
      code: expect.stringMatching(/^(ADDRESS_FORBIDDEN|HOST_NOT_FOUND)$/) as string,
    });
    expect(service.asked).toEqual([]);
    if (!/^ip6|[.]$/.test(host))
      expect(outcome).toMatchObject({
        code: 'ADDRESS_FORBIDDEN',
        message: expect.stringContaining('REPRISE_HTTP_ALLOW_PRIVATE') as string,
      });
  });

  it('is service.asked for each call, placeholders filled in', async () => {
    const outcome = await service.call({ endpoint: '${base}/x' }, { variables: { base: service.base } });

    expect(outcome).toMatchObject({ code: 'ADDRESS_FORBIDDEN' });
  });
});
