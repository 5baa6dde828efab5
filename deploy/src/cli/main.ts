import { createInterface } from 'node:readline/promises';
import { ConductorError, exitCode } from '../errors.ts';
import { calledAs } from './called.ts';
import type { Context } from './command.ts';
import { leave, leaveBehind } from './leave.ts';
import { Output } from './output.ts';
import { run, tellFailure } from './run.ts';

const output = new Output(
  process.stdout,
  process.stderr,
  process.env,
  calledAs(process.argv[1] ?? '', process.env),
);
const interrupt = new AbortController();
const readerGone = new AbortController();

// The first interruption takes back what is under way; a second one means now.
let handedOver = 0;
const onSignal = (name: NodeJS.Signals) => {
  // The terminal sends Ctrl-C to everything that it runs: it is for the program that the person is in.
  if (handedOver > 0 && name === 'SIGINT') return;
  if (interrupt.signal.aborted) {
    output.say('\nInterrupted. Something may be half done: `conductor status` tells, and how to end it.');
    leave(exitCode.interrupted);
  }
  interrupt.abort(
    new ConductorError({
      code: 'interrupted',
      message: `Interrupted by ${name}.`,
      exit: exitCode.interrupted,
    }),
  );
};
// SIGHUP: its terminal was closed, or its connection was lost.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal);
// A mistake of ours that nobody caught is told like every other failure: without secrets.
process.on('uncaughtException', (error) => {
  tellFailure(error, output);
  leave(exitCode.ourFault);
});
// Whoever reads the output may stop reading (`| head`), and a terminal may be closed: what is under way goes on all the same.
const unread = ['EPIPE', 'EIO', 'ENOTCONN'];
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (!unread.includes(error.code ?? '')) throw error;
    readerGone.abort(error);
  });
}

async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question, { signal: interrupt.signal });
  } finally {
    terminal.close();
  }
}

async function handOver<T>(work: () => Promise<T>): Promise<T> {
  handedOver++;
  try {
    return await work();
  } finally {
    handedOver--;
  }
}

const context: Context = {
  // npm and the launcher may run us elsewhere than where the person is.
  folder: process.env.CONDUCTOR_FOLDER ?? process.cwd(),
  output,
  interrupt: interrupt.signal,
  readerGone: readerGone.signal,
  ...(process.stdin.isTTY && { handOver }),
  ask: process.stdin.isTTY && process.stderr.isTTY ? ask : undefined,
};
const code = await run(process.argv.slice(2), context);
process.exitCode = code;
// Who lost the lock on the way, or was interrupted, has left work behind that may still be running in this process; it must not
// outlive the answer.
if (code === exitCode.locked || interrupt.signal.aborted) leave(code);
leaveBehind(code);
