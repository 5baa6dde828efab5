import { type ExitCode, exitCode } from '../errors.ts';
import type { ProbeResult, Verdict } from '../ledger/record.ts';
import type { Evidence } from './evidence.ts';

/** What is true at the end of a deploy. */
export interface Outcome {
  readonly verdict: Verdict;
  readonly version: string;
  /** What was live before. */
  readonly previous: string | null;
  readonly seconds: number;
  /** Null when nothing was asked: no public address, or `--probe 0`. */
  readonly probe: ProbeResult | null;
  /** Milliseconds by which the probe's own clock ran late at most. */
  readonly probeLateMs: number;
  /** Why it is not live. */
  readonly failure?: { readonly step: string; readonly error: unknown };
  readonly evidence: readonly Evidence[];
  readonly interrupted: boolean;
}

const codes: Record<Verdict, ExitCode> = {
  live: exitCode.done,
  failed: exitCode.deployFailed,
  'rolled back': exitCode.rolledBack,
  unknown: exitCode.unknown,
};

export const exitOf = ({ verdict, interrupted }: Outcome): ExitCode =>
  interrupted && verdict !== 'live' ? exitCode.interrupted : codes[verdict];
