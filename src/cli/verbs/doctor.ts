import type { Command } from 'commander';
import type { CheckedInvariants } from '../../sdk/client.js';
import { action } from '../action.js';
import { EXIT } from '../exit-codes.js';
import { columnsOf } from '../output/columns.js';
import type { Listing } from '../output/output.js';

type Check = CheckedInvariants['checks'][number];

const CHECKS: Listing<Check> = {
  columns: [
    ...columnsOf<Check>('check'),
    { name: 'ok', of: ({ ok }) => ok, shown: ({ ok }, paint) => (ok ? paint('green', 'yes') : paint('red', 'NO')) },
    ...columnsOf<Check>('found', 'expected', 'rule'),
    { name: 'examples', of: ({ examples }) => examples, shown: ({ examples }) => examples.join(', ') },
  ],
  id: ({ check }) => check,
  empty: 'Nothing was checked.',
};

/** `reprise doctor`: whether the database is as it must be. */
export function doctor(program: Command): void {
  program
    .command('doctor')
    .description('check that the database of the server is as it must be')
    .action(
      action<[]>(async (session) => {
        const { ok, scope, checks } = await (await session.client()).checkInvariants({});
        await session.output.many(checks, CHECKS);
        const where = scope === 'server' ? 'of all tenants' : 'of this tenant';
        const broken = checks.filter((each) => !each.ok).length;
        session.output.remark(ok ? `All checks hold, ${where}.` : `${broken} of ${checks.length} checks do not hold, ${where}.`);
        return ok ? EXIT.done : EXIT.notVerified;
      }),
    );
}
