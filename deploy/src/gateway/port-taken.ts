import { ConductorError, exitCode } from '../errors.ts';

/** That another program listens where this machine's address should be. Apart from the gateway, which no command has to load. */
export const portTaken = (port: number, cause?: unknown): ConductorError =>
  new ConductorError({
    code: 'local.port-taken',
    message: `Port ${port} of this machine is taken by another program.`,
    hint: `End that program, or choose another port: --port ${port + 1}`,
    exit: exitCode.checksFailed,
    cause,
  });
