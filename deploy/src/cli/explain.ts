import { ConductorError, type ExitCode, exitCode } from '../errors.ts';

interface Meaning {
  readonly message: string;
  readonly hint: string;
  readonly exit?: ExitCode;
}

/** Disks fill while something is done: whoever knows that nothing was changed by then says so itself. */
const midway = {
  hint: 'Make room, and look at what is true before you run it again: what was done until then stands.',
  exit: exitCode.unknown,
};

/** What the system's own words for a failure mean, and what to do about them. */
const system: Readonly<Record<string, Meaning>> = {
  ENOSPC: { message: 'There is no space left on the disk', ...midway },
  EDQUOT: { message: 'The disk quota is used up', ...midway },
  EROFS: {
    message: 'The file system is read-only',
    hint: 'Conductor writes below .conductor/ in the project.',
  },
  EACCES: { message: 'Access was denied', hint: 'Look at whom the file belongs to.' },
  EPERM: { message: 'It is not permitted', hint: 'Look at whom the file belongs to.' },
  EMFILE: { message: 'Too many files are open', hint: 'Raise the limit: ulimit -n 4096' },
};

/** Any error as one for people. What is nobody's known mistake is ours, and says so. */
export function explain(error: unknown): ConductorError {
  if (error instanceof ConductorError) return error;
  const { code, path } = (error ?? {}) as NodeJS.ErrnoException;
  const known = code === undefined ? undefined : system[code];
  if (known) {
    return new ConductorError({
      code: `system.${code}`,
      message: `${known.message}${path ? `: ${path}` : ''}.`,
      hint: known.hint,
      exit: known.exit ?? exitCode.checksFailed,
      cause: error,
    });
  }
  return new ConductorError({
    code: 'conductor.bug',
    message: `Conductor itself failed: ${error instanceof Error ? error.message : String(error)}`,
    hint: 'This is a bug of Conductor: please report it. CONDUCTOR_DEBUG=1 shows where it happened.',
    exit: exitCode.ourFault,
    fault: 'conductor',
    cause: error,
  });
}
