import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { StepConflict, type StepWrite } from '../../src/application/ports/instance-store.js';
import type { ClaimedKey, IdempotencyClaim } from '../../src/application/ports/stores.js';
import { PgIdempotencyStore } from '../../src/storage/stores/idempotency-store.js';
import { PgInstanceStore } from '../../src/storage/stores/instance-store.js';
import { openHotDatabase } from '../support/hot-database.js';
import { firstStep, headerOf } from '../support/step-writes.js';

const LEASE_MS = 3_000;

const database = openHotDatabase();
let keys: PgIdempotencyStore;
let instances: PgInstanceStore;
beforeAll(async () => {
  keys = new PgIdempotencyStore(database.pool);
  instances = new PgInstanceStore(database.pool);
  await instances.open();
  // A database that has just started waits for one lease before it judges.
  await database.rows(`SELECT pg_sleep_until(pg_postmaster_start_time() + interval '${LEASE_MS + 1} ms')`);
});

const as = (key: string, tenantId = 'acme'): ClaimedKey => ({ tenantId, key, claim: randomUUID() });
const claim = (wanted: ClaimedKey, hash = 'hash'): Promise<IdempotencyClaim> => keys.claim(wanted, hash, LEASE_MS);
const stepUnder = (underClaim: ClaimedKey): StepWrite => firstStep(headerOf(instances.nextId()), { underClaim });

/** A lease passes in which nobody renews. */
async function leasePasses(key: string): Promise<void> {
  await database.rows(
    `UPDATE idempotency_record SET claimed_at = claimed_at - interval '${LEASE_MS + 1} ms' WHERE key = '${key}'`,
  );
}

describe('an idempotency key', () => {
  test('is claimed by one of many requests, and its answer is replayed byte for byte', async () => {
    const wanted = Array.from({ length: 10 }, () => as('k1'));
    const claims = await Promise.all(wanted.map((each) => claim(each)));
    expect(claims.map(({ kind }) => kind).sort()).toEqual(['claimed', ...Array<string>(9).fill('in-progress')]);
    const held = wanted[claims.findIndex(({ kind }) => kind === 'claimed')] ?? as('k1');
    const answer = { httpStatus: 200, body: '{"text":"東京 \\u0000 🏦",  "n":1.0}' };

    expect(await keys.storeAnswer(held, answer)).toEqual(answer);

    expect(await claim(as('k1'))).toEqual({ kind: 'replay', ...answer });
    expect(await claim(as('k1'), 'other hash')).toEqual({ kind: 'mismatch' });
    expect(await claim(as('k1', 'other'), 'other hash')).toEqual({ kind: 'claimed' });
  });

  test('is free again when nobody has renewed its claim for a lease: what the lost one still writes does not count', async () => {
    const lost = as('k2');
    await claim(lost);
    expect(await claim(as('k2'))).toEqual({ kind: 'in-progress' });

    await leasePasses('k2');

    const taken = as('k2');
    const both = await Promise.all([claim(taken), claim(taken)]);
    expect(both.map(({ kind }) => kind).sort()).toEqual(['claimed', 'in-progress']);
    await keys.release(lost);
    await expect(instances.saveSteps([stepUnder(lost)])).rejects.toThrow(StepConflict);
    expect(await keys.storeAnswer(lost, { httpStatus: 200, body: 'late' })).toBeNull();
    await instances.saveSteps([stepUnder(taken)]);
    expect(await keys.storeAnswer(taken, { httpStatus: 200, body: 'true' })).toEqual({ httpStatus: 200, body: 'true' });
  });

  test('stays claimed while the claim is renewed', async () => {
    const held = as('k3');
    const lost = as('k3-lost');
    await claim(held);
    await claim(lost);
    await Promise.all([leasePasses('k3'), leasePasses('k3-lost')]);

    await keys.renew([held, { ...lost, claim: randomUUID() }]);

    expect(await claim(as('k3'))).toEqual({ kind: 'in-progress' });
    expect(await claim(as('k3-lost'))).toEqual({ kind: 'claimed' });
  });

  test('whose step was committed is not executed again when its claim is given up, and has one answer', async () => {
    const frozen = as('k4');
    await claim(frozen);
    const step = stepUnder(frozen);
    await instances.saveSteps([step]);
    expect(await claim(as('k4'))).toEqual({ kind: 'in-progress' });

    await leasePasses('k4');

    const found = await claim(as('k4'));
    expect(found).toEqual({ kind: 'answer-lost', instanceGuid: step.header.guid, claim: frozen.claim });
    const first = { httpStatus: 200, body: 'its answer was lost' };
    expect(await keys.storeAnswer(frozen, first)).toEqual(first);
    expect(await keys.storeAnswer(frozen, { httpStatus: 200, body: 'its own answer, late' })).toEqual(first);
  });

  test('may be used again after a failure without effect; a step still on its way from before does not count', async () => {
    const failed = as('k5');
    await claim(failed);
    await keys.release(failed);
    const again = as('k5');
    expect(await claim(again)).toEqual({ kind: 'claimed' });

    await expect(instances.saveSteps([stepUnder(failed)])).rejects.toThrow(StepConflict);

    await instances.saveSteps([stepUnder(again)]);
  });

  test('is not released where the failure came after the effect', async () => {
    const held = as('k6');
    await claim(held);
    await instances.saveSteps([stepUnder(held)]);
    await keys.release(held);

    expect(await claim(as('k6'))).toEqual({ kind: 'in-progress' });
  });

  test('is marked once for the steps of several instances', async () => {
    const held = as('k8');
    await claim(held);

    await instances.saveSteps([stepUnder(held), stepUnder(held)]);

    expect(await database.rows(`SELECT applied_at IS NOT NULL AS applied FROM idempotency_record WHERE key = 'k8'`)).toEqual([
      { applied: true },
    ]);
  });

  test('is deleted when it is old', async () => {
    await claim(as('k9'));
    await database.rows(`UPDATE idempotency_record SET claimed_at = now() - interval '2 days' WHERE key = 'k9'`);

    expect(await keys.deleteOlderThan(86_400_000)).toBe(1);
  });
});
