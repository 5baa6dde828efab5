/**
 * Strikes this process at an exact moment: `node --import strike.ts …`, with `STRIKE="SIGKILL before journal:begin:gate"`. The moments are
 * just before and just after each write that a command makes durable (fsync), so whatever the engine comes to write down is a moment
 * by itself. `STRIKE_LOG` is a file to which each moment is added as it comes.
 */
import fs, { appendFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { basename, dirname } from 'node:path';
import { isMainThread } from 'node:worker_threads';

const { STRIKE = '', STRIKE_LOG } = process.env;
// The processes that this one starts are not to be struck.
delete process.env.STRIKE;
delete process.env.STRIKE_LOG;
const [signal = '', ...moment] = STRIKE.split(' ');
const wanted = moment.join(' ');

function reached(when: 'before' | 'after', what: string): void {
  const now = `${when} ${what}`;
  if (STRIKE_LOG !== undefined) appendFileSync(STRIKE_LOG, `${now}\n`);
  // A stopped process goes on here when it is continued.
  if (now === wanted) process.kill(process.pid, signal);
}

/** What is written, in words that are the same in every run: `journal:begin:gate`, `ledger:ended`, `lock:released`, `capsules`. */
function nameOf(file: string, content: string): string {
  const folder = basename(dirname(file));
  if (file.endsWith('.jsonl')) {
    const { type, step } = JSON.parse(content) as { type: string; step?: string };
    return [folder === 'journal' ? folder : 'ledger', type, step].filter(Boolean).join(':');
  }
  if (folder !== 'lock') return folder;
  const { released, since, renewed } = JSON.parse(content) as Record<string, unknown>;
  return `lock:${released ? 'released' : since === renewed ? 'taken' : 'renewed'}`;
}

if (isMainThread) {
  const open = fs.promises.open;
  fs.promises.open = async (file, ...rest) => {
    const handle = await open(file, ...rest);
    let what: string | undefined;
    const announced = (write: (content: string) => Promise<void>) => async (content: unknown) => {
      what = nameOf(String(file), String(content));
      reached('before', what);
      await write(content as string);
    };
    const sync = handle.sync.bind(handle);
    handle.appendFile = announced(handle.appendFile.bind(handle));
    handle.writeFile = announced(handle.writeFile.bind(handle));
    handle.sync = async () => {
      await sync();
      if (what !== undefined) reached('after', what);
    };
    return handle;
  };
  syncBuiltinESMExports();
}
