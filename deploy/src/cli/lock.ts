import { exitCode } from '../errors.ts';
import { lockTerms } from '../ledger/lock-terms.ts';
import { defineCommand } from './command.ts';
import { flag } from './options.ts';
import { open } from './session.ts';

const dead = lockTerms.patience / 1000;
const doubtful = (lockTerms.heartbeat / 1000) * 2;

export default defineCommand({
  name: 'lock',
  summary: 'Who is changing the environment now, since when and why.',
  details: `Whoever wants a lock whose holder died takes it over after watching for ${dead} s that nothing of it changes; clocks and host names
are not trusted for that. A holder whose last sign of life looks older than ${doubtful} s is watched here too, for about 12 s, before it is
said that nobody holds the lock. --release is for who cannot wait: a holder that still lives then stops at its next step, and
what it writes is void.
--json: {environment, lock: null | {by, pid, since, reason}}.`,
  args: [],
  options: { release: flag("End someone's lock.") },
  async run(_, { environment, json, release }, context) {
    const { holderOf } = await import('../ledger/lock.ts');
    const { output } = context;
    const { ledger, name, by } = await open(context, environment, { look: true });
    const holder = release ? await ledger.breakLock(by) : await ledger.holder();
    if (json) {
      const lock =
        holder && !release
          ? { by: holder.by, pid: holder.pid, since: holder.since, reason: holder.reason }
          : null;
      output.result(JSON.stringify({ environment: name, lock }));
    } else if (!holder) output.result(`Nobody is changing ${name}.`);
    else if (release) output.say(`The lock of ${holderOf(holder)} is ended.`);
    else
      output.result(
        `${name} is being changed by ${holderOf(holder)} since ${holder.since}: ${holder.reason}.`,
      );
    return exitCode.done;
  },
});
