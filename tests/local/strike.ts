/**
 * Strikes this process at an exact moment: `node --import strike.ts …`, with `STRIKE="SIGKILL before journal:begin:gate"`. The moments are
 * just before and just after each write that a command makes durable (fsync) and each push to the ledger that a team shares, so whatever
 * the engine comes to write down is a moment by itself. `STRIKE_LOG` is a file to which each moment is added as it comes.
 */
import childProcess, { execFileSync } from 'node:child_process';
import fs, { appendFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { basename, dirname } from 'node:path';
import { promisify } from 'node:util';
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

/**
 * What a push brings to the others: `ledger:ended`, `sealed:capsule`, `shared:begin:cutover`, `lock:taken`, `tag`. Undefined for another
 * command. Lines of a journal that wait for a later one (`shared:meanwhile`) go several at a time, as it comes.
 */
function nameOfPush(file: string, args: readonly string[]): string | undefined {
  if (file !== 'git' || !args.includes('push')) return undefined;
  const git = (...words: string[]) =>
    execFileSync('git', [...args.slice(0, 2), ...words], { encoding: 'utf8' }).trimEnd();
  const moves = args.flatMap((arg) => {
    const [, to, name] = /^([0-9a-f]{40}):refs\/conductor\/[^/]+\/(\w+)$/.exec(arg) ?? [];
    return to && name ? [{ to, name }] : [];
  });
  const { to, name } = moves.find((each) => each.name !== 'lock') ?? moves[0] ?? {};
  if (to === undefined) return 'tag';
  if (name === 'lock') {
    const { released, beat } = JSON.parse(git('cat-file', 'blob', `${to}:lock.json`));
    return `lock:${released ? 'released' : beat === 0 ? 'taken' : 'renewed'}`;
  }
  if (name === 'journal') {
    const line = git('cat-file', 'blob', `${to}:journal.jsonl`).split('\n').at(-1)!;
    const { type, step } = JSON.parse(line) as { type: string; step?: string };
    const awaited = type !== 'done' && (type !== 'begin' || step === 'cutover');
    return ['shared', ...(awaited ? [type, step] : ['meanwhile'])].filter(Boolean).join(':');
  }
  return `${name}:${git('log', '-1', '--format=%s', to).split(/[-.]/)[0]}`;
}

if (isMainThread) {
  const { execFile } = childProcess;
  const run = promisify(execFile);
  childProcess.execFile = Object.assign((...words: Parameters<typeof execFile>) => execFile(...words), {
    [promisify.custom]: async (file: string, args: readonly string[], options: object) => {
      const what = nameOfPush(file, args);
      if (what !== undefined) reached('before', what);
      const said = await run(file, args, options);
      if (what !== undefined) reached('after', what);
      return said;
    },
  }) as unknown as typeof execFile;
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
