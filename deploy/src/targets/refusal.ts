import { ConductorError, type ExitCode, exitCode } from '../errors.ts';
import type { HttpFailure } from './http.ts';

/** What a platform can have against a request, in the words that our messages are made of. */
export type Refusal =
  | 'token'
  | 'scope'
  | 'region'
  | 'plan'
  | 'name'
  | 'quota'
  | 'domain'
  | 'source'
  | 'setting'
  | 'absent'
  | 'rate'
  | 'unreachable'
  | 'strange'
  | 'other';

interface Wording {
  readonly code: string;
  readonly exit: ExitCode;
  readonly what: string;
  readonly hint: string;
}

/** One message for each refusal. The platform's own words follow it, and stay as the cause. */
const wordings: Readonly<Record<Refusal, Wording>> = {
  token: {
    code: 'platform.token-refused',
    exit: exitCode.checksFailed,
    what: 'does not accept the token',
    hint: 'Make a new token in the account settings of the platform and set it again; it is wrong, expired or was revoked.',
  },
  scope: {
    code: 'platform.right-missing',
    exit: exitCode.checksFailed,
    what: 'does not let this token do that',
    hint: 'Use a token of the account or workspace that owns the project, with the right to read and to write.',
  },
  region: {
    code: 'platform.region-unknown',
    exit: exitCode.usage,
    what: 'has no such region',
    hint: 'Set `region` in the target of this environment to one that the platform offers.',
  },
  plan: {
    code: 'platform.plan-lacks-feature',
    exit: exitCode.checksFailed,
    what: 'does not offer that on the present plan',
    hint: 'Choose a larger plan on the platform, or leave the feature out in `conductor.config.ts`.',
  },
  name: {
    code: 'platform.name-taken',
    exit: exitCode.usage,
    what: 'has given that name to someone else',
    hint: 'Choose another `name` in the target of this environment.',
  },
  quota: {
    code: 'platform.quota-reached',
    exit: exitCode.checksFailed,
    what: 'has reached the limit of the account',
    hint: 'Remove what is no longer used, or ask the platform to raise the limit, then deploy again.',
  },
  domain: {
    code: 'platform.domain-of-someone-else',
    exit: exitCode.checksFailed,
    what: 'knows that domain as someone else’s',
    hint: 'Remove the domain where it is in use, or prove that it is yours, then deploy again.',
  },
  source: {
    code: 'platform.source-not-found',
    exit: exitCode.checksFailed,
    what: 'cannot get the code or the image',
    hint: 'Push the commit or the image, and let the platform read the repository or the registry.',
  },
  setting: {
    code: 'platform.setting-refused',
    exit: exitCode.usage,
    what: 'does not take a setting',
    hint: 'Correct the setting in `conductor.config.ts`.',
  },
  absent: {
    code: 'platform.not-found',
    exit: exitCode.unknown,
    what: 'does not find what is asked for',
    hint: 'Someone may have removed it: a plan says what is there.',
  },
  rate: {
    code: 'platform.rate-limited',
    exit: exitCode.unknown,
    what: 'takes no more requests for now',
    hint: 'Run the command again later; it goes on where it stopped.',
  },
  unreachable: {
    code: 'platform.unreachable',
    exit: exitCode.unknown,
    what: 'does not answer',
    hint: 'Look at the status page of the platform and run the command again; it goes on where it stopped.',
  },
  strange: {
    code: 'platform.answer-not-understood',
    exit: exitCode.unknown,
    what: 'gives an answer that Conductor does not understand',
    hint: 'Run the command again; it goes on where it stopped. When the answer stays the same, look at the status page of the platform, and for a newer Conductor.',
  },
  other: {
    code: 'platform.refused',
    exit: exitCode.unknown,
    what: 'refuses a request',
    hint: 'Read what it says, fix that and run the command again; it goes on where it stopped.',
  },
};

const platformFaults: readonly Refusal[] = ['unreachable', 'strange', 'rate'];

/** A refusal that was recognised: its kind can be asked, its message is for people. */
export class PlatformRefusal extends ConductorError {
  readonly refusal: Refusal;

  constructor(
    platform: string,
    refusal: Refusal,
    options: { said?: string; hint?: string; cause?: unknown },
  ) {
    const { code, exit, what, hint } = wordings[refusal];
    super({
      code,
      exit,
      message: `${platform} ${what}${options.said ? `: ${options.said}` : ''}`,
      hint: options.hint ?? hint,
      fault: platformFaults.includes(refusal) ? 'platform' : 'user',
      cause: options.cause,
    });
    this.name = 'PlatformRefusal';
    this.refusal = refusal;
  }
}

/** What the status of an answer says by itself; the platform folders look at the words first. */
export function refusalOfStatus({ status, kind }: HttpFailure): Refusal {
  if (kind === 'strange') return 'strange';
  if (status === null || status >= 500 || status === 408) return 'unreachable';
  if (status === 401) return 'token';
  if (status === 403) return 'scope';
  if (status === 402) return 'plan';
  if (status === 404) return 'absent';
  if (status === 429) return 'rate';
  return 'other';
}

/**
 * The error says that the request cannot be carried out and that nothing was done. After the other errors it has to be looked
 * up whether it was.
 */
export const isRefused = (error: unknown): error is PlatformRefusal =>
  error instanceof PlatformRefusal && error.refusal !== 'unreachable' && error.refusal !== 'strange';

/** Trying again later changes nothing, so what was made for it can go. What was only too many requests goes on where it stopped. */
export const isLasting = (error: unknown): boolean => isRefused(error) && error.refusal !== 'rate';
