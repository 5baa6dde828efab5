import { ConductorError, exitCode } from '../errors.ts';

/** The disk was full before anything began. `forWhat`: "for the lock of production". */
export const noRoom = (forWhat: string, cause: unknown): ConductorError =>
  new ConductorError({
    code: 'disk.full',
    message: `There is no room on the disk ${forWhat}; nothing was changed.`,
    hint: 'Make room and run the command again.',
    exit: exitCode.checksFailed,
    cause,
  });
