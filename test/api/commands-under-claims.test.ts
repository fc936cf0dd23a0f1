import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { field, type WireAnswer } from '../e2e/support/api-client.js';
import { sequence, userTask } from '../e2e/support/models.js';
import { ProcessServer } from '../e2e/support/process-server.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

// A server is frozen for longer than the lease of its claim.
jest.setTimeout(60_000);

let database: TestDatabase;
let nodes: [ProcessServer, ProcessServer];
let client: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  const env = { REPRISE_TEST_CLOCK: 'true' };
  nodes = await Promise.all([ProcessServer.start(database.url, env), ProcessServer.start(database.url, env)]);
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});

afterAll(async () => {
  await client?.end();
  await Promise.all((nodes ?? []).map((node) => node.kill()));
  await database?.drop();
});

const cmd = (i: 0 | 1, name: string, data: object, key: string): Promise<WireAnswer> =>
  nodes[i].admin.cmd(name, data, { 'idempotency-key': key });
const deploy = async (name: string): Promise<number> => Number(field(await nodes[0].admin.deploy(model(name)), 'id'));
const model = (name: string, task = 'Wait'): string => sequence(name, userTask('Task_Wait', task));

async function hasEffect(key: string): Promise<boolean> {
  const { rows } = await client.query('SELECT applied_at IS NOT NULL AS yes FROM idempotency_record WHERE key = $1', [key]);
  return (rows as { yes: boolean }[])[0]?.yes ?? false;
}

/** The first server is frozen in the middle of the command: after its first look at the definition, before it changes anything. */
async function freezeAtLook(command: () => Promise<WireAnswer>): Promise<{ first: Promise<WireAnswer>; thaw: () => void }> {
  await client.query('BEGIN; LOCK TABLE process_definition IN ACCESS EXCLUSIVE MODE');
  const first = command();
  const waiting = `SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'process_definition'::regclass`;
  while ((await client.query(waiting)).rowCount === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  nodes[0].process.kill('SIGSTOP');
  await client.query('COMMIT');
  return { first, thaw: () => nodes[0].process.kill('SIGCONT') };
}

describe('a definition command', () => {
  it('whose server is frozen while another does it is done once, and has one answer', async () => {
    const id = await deploy('frozen');
    const data = { id, newName: 'renamed' };
    const { first, thaw } = await freezeAtLook(() => cmd(0, 'RenameProcessDefinition', data, 'frozen'));
    const repeated = await cmd(1, 'RenameProcessDefinition', data, 'frozen');
    expect(repeated).toMatchObject({ isSuccessful: true, data: { oldName: 'frozen', newName: 'renamed' } });
    await cmd(1, 'RenameProcessDefinition', { id, newName: 'renamed again' }, 'later');
    thaw();

    const answer = await first;

    expect(answer.text).toBe(repeated.text);
    expect(answer.headers['idempotent-replayed']).toBe('true');
    expect(await nodes[1].admin.cmd('GetProcessDefinitionById', { id })).toMatchObject({ data: { name: 'renamed again' } });
    const trail = await nodes[1].admin.cmd('GetAuditTrail', { action: ['RenameProcessDefinition'] });
    expect(field(trail, 'items')).toHaveLength(2);
  });

  it('whose server is killed after the commit and before the answer is not done again', async () => {
    const id = await deploy('lost');
    await client.query(`
      CREATE FUNCTION lose_answer() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN PERFORM pg_sleep(60); RETURN NEW; END $$;
      CREATE TRIGGER lose_answer BEFORE UPDATE OF body ON idempotency_record FOR EACH ROW
        WHEN (NEW.body IS NOT NULL) EXECUTE FUNCTION lose_answer();`);
    const first = cmd(0, 'RenameProcessDefinition', { id, newName: 'kept' }, 'lost').catch(() => null);
    while (!(await hasEffect('lost'))) await new Promise((resolve) => setTimeout(resolve, 20));
    await nodes[0].kill();
    await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()`,
    );
    await client.query('DROP TRIGGER lose_answer ON idempotency_record');
    expect(await first).toBeNull();

    const answer = await cmd(1, 'RenameProcessDefinition', { id, newName: 'kept' }, 'lost');

    expect(answer).toMatchObject({ httpStatus: 200, isSuccessful: true, statusCode: '00', data: { answerLost: true } });
    expect((await cmd(1, 'RenameProcessDefinition', { id, newName: 'kept' }, 'lost')).text).toBe(answer.text);
    nodes[0] = await ProcessServer.start(database.url, { REPRISE_TEST_CLOCK: 'true' });
  });
});

describe('every command that changes something without a step of an instance', () => {
  it('makes its idempotency key count in the same commit', async () => {
    const id = await deploy('under-claim');
    const token = await nodes[0].admin.cmd('CreateApiToken', { name: 'ci', roles: ['viewer'] });
    const commands: readonly (readonly [string, object])[] = [
      ['CreateProcessDefinition', { bpmnXml: model('created') }],
      ['UpdateProcessDefinition', { id, bpmnXml: model('under-claim', 'Wait longer') }],
      ['RenameProcessDefinition', { id, newName: 'other' }],
      ['DeleteProcessDefinition', { id }],
      ['RevokeApiToken', { id: field(token, 'id') }],
      ['PublishMessage', { name: 'nobody waits', correlationKey: 'k' }],
      ['PublishMessage', { name: 'kept', correlationKey: 'k', timeToLiveMs: 60_000 }],
      ['AdvanceClock', { by: 'PT1S' }],
    ];
    for (const [i, [name, data]] of commands.entries()) {
      const answer = await cmd(0, name, data, `each-${i}`);
      expect([name, answer.isSuccessful, await hasEffect(`each-${i}`)]).toEqual([name, true, true]);
    }
  });

  it('does not when it is refused', async () => {
    expect(await cmd(0, 'RenameProcessDefinition', { id: 999_999, newName: 'x' }, 'refused')).toMatchObject({
      isSuccessful: false,
    });
    expect(await hasEffect('refused')).toBe(false);
  });
});
