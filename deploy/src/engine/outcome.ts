import type { Reporter } from '../environment/reporter.ts';
import type { Session } from '../environment/session.ts';
import { type ExitCode, exitCode } from '../errors.ts';
import { releaseOf } from '../ledger/history.ts';
import type { Journal } from '../ledger/journal.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { HeldLock } from '../ledger/lock.ts';
import type { ProbeResult, Verdict } from '../ledger/record.ts';
import type { Observed } from '../model/observed.ts';
import type { Proof } from '../model/proof.ts';
import type { Evidence } from './evidence.ts';
import type { ProbeReport } from './probe/probe.ts';
import type { StepFailed } from './steps.ts';

/** What is true at the end of a deploy. */
export interface Outcome {
  readonly verdict: Verdict;
  readonly version: string;
  /** What was live before. */
  readonly previous: string | null;
  /** What is live now; null when nothing is, or nobody can tell. */
  readonly live: string | null;
  readonly seconds: number;
  /** Null when nothing was asked: no public address, nothing serving before, or `--probe 0`. */
  readonly probe: ProbeResult | null;
  /** Milliseconds by which the probe's own clock ran late at most. */
  readonly probeLateMs: number;
  /** Why it is not live. */
  readonly failure?: { readonly step: string; readonly error: unknown };
  readonly evidence: readonly Evidence[];
  /** What did not go well and changes nothing about the verdict. */
  readonly warnings: readonly string[];
  readonly interrupted: boolean;
  /** How the place was when it was last looked at, after the last thing that was done to it; null when nobody has looked since. */
  readonly observed: Observed | null;
  /** By what it was seen to be live; empty where it is not, or has no public service. */
  readonly proofs: readonly Proof[];
}

/** The same for showing addresses, with a look now where there was none. A verdict is never taken from it. */
export const observedAt = async ({ target }: Session, { observed }: Outcome): Promise<Observed> =>
  observed ?? target.inspect();

const codes: Record<Verdict, ExitCode> = {
  live: exitCode.done,
  failed: exitCode.deployFailed,
  'rolled back': exitCode.rolledBack,
  unknown: exitCode.unknown,
};

export const exitOf = ({ verdict, interrupted }: Outcome): ExitCode =>
  interrupted && (verdict === 'failed' || verdict === 'rolled back') ? exitCode.interrupted : codes[verdict];

/** What an outcome is made from. */
export interface OutcomeFacts {
  readonly deploy: string;
  readonly verdict: Verdict;
  readonly version: string;
  readonly previous: string | null;
  readonly live: string | null;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly report?: ProbeReport | undefined;
  readonly failure?: StepFailed;
  readonly evidence: readonly Evidence[];
  readonly warnings?: readonly string[];
  readonly interrupted: boolean;
  readonly observed: Observed | null;
  readonly proofs: readonly Proof[];
  /** It went through its whole bake. */
  readonly baked: boolean;
}

/** Writes an outcome down: in the ledger, and then in the journal, since a closed journal says that nothing is left to do. */
export async function writeDown(
  { ledger }: Session,
  lock: HeldLock,
  journal: Journal,
  { reporter, ...facts }: OutcomeFacts & { readonly reporter: Reporter },
): Promise<Outcome> {
  const {
    deploy,
    verdict,
    version,
    previous,
    live,
    report,
    failure,
    evidence,
    interrupted,
    observed,
    proofs,
  } = facts;
  const { warnings = [] } = facts;
  const probe = report
    ? { sent: report.sent, failed: report.failed, longestGapMs: report.longestGapMs }
    : null;
  const seconds = Math.round((Date.now() - facts.startedAt) / 100) / 10;
  const detail = failure ? `${failure.step.title}: ${failure.message}` : warnings.join('\n') || undefined;
  const at = new Date().toISOString();
  const stable = verdict === 'live' && facts.baked;
  await ledger.append(
    {
      type: 'ended',
      deploy,
      at,
      verdict,
      live,
      stable,
      seconds,
      probe,
      ...(detail !== undefined && { detail }),
      ...(proofs.length > 0 && { proofs }),
    },
    lock,
  );
  await journal.close(verdict, proofs);
  if (verdict === 'live') await tagged(ledger, version, reporter);
  return {
    verdict,
    version,
    previous,
    live,
    seconds,
    probe,
    probeLateMs: report?.lateMs ?? 0,
    ...(failure && { failure: { step: failure.step.title, error: failure.cause } }),
    evidence,
    warnings,
    interrupted,
    observed,
    proofs,
  };
}

/** A version that became live gets its tag, unless its tree had changes that no commit has. The verdict stands without it. */
async function tagged(ledger: Ledger, version: string, reporter: Reporter): Promise<void> {
  try {
    const release = releaseOf(await ledger.history(), version);
    if (release && !release.dirty) await ledger.tag?.(release);
  } catch (error) {
    reporter.note(
      `The tag ${version} could not be set: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
