import { ConductorError, exitCode } from '../../errors.ts';

/** Why a secret that is kept elsewhere cannot be had. */
export type Reason =
  /** The program that reads it is not on this machine. */
  | 'tool-missing'
  /** This person, or this machine, may not read it. */
  | 'not-authorised'
  /** There is nothing in it. */
  | 'empty-value'
  /** It was not said in time. */
  | 'late'
  /** It is not there, or could not be read for another reason. */
  | 'not-read';

/** A secret that is kept elsewhere and cannot be had: `secrets.<reason>`, exit 3. Neither message nor hint ever has a part of a value. */
export class NotRead extends ConductorError {
  readonly reason: Reason;

  constructor(address: string, reason: Reason, why: string, hint: string, cause?: unknown) {
    super({
      code: `secrets.${reason}`,
      message: `${address} cannot be read: ${why}.`,
      hint,
      exit: exitCode.checksFailed,
      ...(cause !== undefined && { cause }),
    });
    this.name = 'NotRead';
    this.reason = reason;
  }
}
