import { readSettings, SettingsError, type SettingsOf } from '../settings.ts';
import type { ProcessName } from '../settings-read-by.ts';
import { countBuffersAsHeap } from './memory.ts';
import { StartError } from './start-error.ts';

/** Exit codes of the CRM's processes: settings are the operator's to mend, anything else is a fault. */
const exitCode = { settings: 2, fault: 1 } as const;

/** Reads the settings of a process and runs its `main`; what cannot start says why on stderr and exits. */
export async function runProcess<Process extends ProcessName>(
  name: Process,
  main: (settings: SettingsOf<Process>) => Promise<void>,
): Promise<void> {
  countBuffersAsHeap();
  // What cannot be said (a full disk, a reader that is gone) must end nothing.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  try {
    await main(readSettings(process.env, name));
  } catch (error) {
    if (error instanceof SettingsError) {
      process.stderr.write(`${error.message}\n${error.hint}\n`);
      process.exitCode = exitCode.settings;
    } else if (error instanceof StartError) {
      process.stderr.write(`${error.message}\n${error.hint}\n`);
      process.exitCode = exitCode.fault;
    } else {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      process.exitCode = exitCode.fault;
    }
    // Connections that are still opening must not keep a process alive that has failed.
    process.exit();
  }
}
