import { createInterface } from 'node:readline/promises';
import { exitCode } from '../errors.ts';
import { targetKinds } from '../targets/index.ts';
import type { Context } from './command.ts';
import { Output } from './output.ts';
import { run, tellFailure } from './run.ts';

const output = new Output(process.stdout, process.stderr, process.env);
const interrupt = new AbortController();

// The first interruption takes back what is under way; a second one means now.
const onSignal = () => {
  if (interrupt.signal.aborted) {
    output.say('\nInterrupted. Something may be half done: `conductor status` tells, and how to end it.');
    process.exit(exitCode.interrupted);
  }
  interrupt.abort(new Error('interrupted'));
};
process.on('SIGINT', onSignal);
process.on('SIGTERM', onSignal);
// A mistake of ours that nobody caught is told like every other failure: without secrets.
process.on('uncaughtException', (error) => {
  tellFailure(error, output);
  process.exit(exitCode.ourFault);
});
// Whoever reads the output may stop reading (`| head`); that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(exitCode.done);
});

async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question, { signal: interrupt.signal });
  } finally {
    terminal.close();
  }
}

const context: Context = {
  // npm and the launcher may run us elsewhere than where the person is.
  folder: process.env.CONDUCTOR_FOLDER ?? process.cwd(),
  output,
  interrupt: interrupt.signal,
  kinds: targetKinds,
  ask: process.stdin.isTTY && process.stderr.isTTY ? ask : undefined,
};
process.exitCode = await run(process.argv.slice(2), context);
// Who lost the lock on the way has left work behind that may still be running in this process; it must not outlive the answer.
if (process.exitCode === exitCode.locked) process.exit();
