/** Said to the caller, in the engine's words. */
export class Refused extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** How the swarm's manager says no; each code is answered with the status of HTTP that the engine makes of it. */
const statuses = {
  InvalidArgument: 400,
  FailedPrecondition: 400,
  NotFound: 404,
  AlreadyExists: 409,
  Unimplemented: 501,
  Unknown: 500,
} as const;

export const rpc = (code: keyof typeof statuses, text: string): Refused =>
  new Refused(statuses[code], `rpc error: code = ${code} desc = ${text}`);

export const outOfSequence = (): Refused => rpc('Unknown', 'update out of sequence');

export const noLeader = (): Refused =>
  rpc(
    'Unknown',
    "The swarm does not have a leader. It's possible that too few managers are online. Make sure more than half of the managers are online.",
  );

export const noSpace = (path: string): Refused => new Refused(500, `write ${path}: no space left on device`);
