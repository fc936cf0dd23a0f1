import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readModel } from '../../src/bpmn/index.js';
import { Drive } from './drive.js';
import { toCommand, type Deed } from './deeds.js';
import { traceOf } from './trace.js';

const CASES = 'test/engine/conformance';
/** `UPDATE_TRACES=true` writes what happens as what is expected: read the difference before it is committed. */
const UPDATE = process.env['UPDATE_TRACES'] === 'true';

/** One folder a case: `process.bpmn`, what is done to it, and what must come of it, step by step. */
describe('conformance', () => {
  it.each(readdirSync(CASES).sort())('%s', async (name) => {
    const read = (file: string): string => readFileSync(join(CASES, name, file), 'utf8');
    const result = await readModel(read('process.bpmn'));
    const definition = result.kind === 'accepted' ? result.processes[0] : undefined;
    if (!definition) throw new Error(`Expected the model to be accepted, but: ${JSON.stringify(result)}`);
    const drive = new Drive(definition);

    const trace = (JSON.parse(read('commands.json')) as Deed[]).map((deed) => {
      const command = toCommand(drive, deed);
      const before = drive.state;
      return traceOf(deed, command === null ? null : drive.apply(command), before, drive);
    });

    if (UPDATE) writeFileSync(join(CASES, name, 'expected.txt'), trace.join(''));
    expect(trace.join('')).toBe(read('expected.txt'));
  });
});
