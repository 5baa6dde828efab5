import { exitCode } from '../errors.ts';
import { leaseSeconds } from '../ledger/lock.ts';
import { defineCommand } from './command.ts';
import { environmentArgument, flag } from './options.ts';
import { open } from './session.ts';

export default defineCommand({
  name: 'lock',
  summary: 'Who is changing the environment now, since when and why.',
  details: `A lock runs out ${leaseSeconds} s after its holder's last sign of life, so --release is for who cannot wait. A holder
that still lives then stops at its next step: what it writes is void.
--json: {environment, lock: null | {by, pid, since, reason}}.`,
  args: [environmentArgument],
  options: { release: flag("End someone's lock.") },
  async run([environment], { json, release }, context) {
    const { output } = context;
    const { ledger, name, by } = await open(context, {
      ...(environment && { environment }),
      incomplete: true,
    });
    const holder = await ledger.holder();
    if (release) await ledger.breakLock(by);
    if (json) {
      const lock =
        holder && !release
          ? { by: holder.by, pid: holder.pid, since: holder.since, reason: holder.reason }
          : null;
      output.result(JSON.stringify({ environment: name, lock }));
    } else if (!holder) output.result(`Nobody is changing ${name}.`);
    else {
      const who = `${holder.by.user}@${holder.by.host} (process ${holder.pid})`;
      if (release) output.say(`The lock of ${who} is ended.`);
      else output.result(`${name} is being changed by ${who} since ${holder.since}: ${holder.reason}.`);
    }
    return exitCode.done;
  },
});
