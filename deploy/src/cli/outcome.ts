import { type Outcome, observedAt } from '../engine/outcome.ts';
import { linksOf } from '../engine/status.ts';
import type { Session } from '../environment/session.ts';
import { explain } from './explain.ts';
import type { Output } from './output.ts';

/** Shows what is true at the end: the addresses, or the evidence and the next command. */
export async function showOutcome(
  session: Session,
  outcome: Outcome,
  json: boolean,
  output: Output,
): Promise<void> {
  const { verdict, version, previous, seconds, probe } = outcome;
  const { colors } = output;
  if (outcome.failure) {
    output.say();
    output.say(`${colors.red(outcome.failure.step)}: ${explain(outcome.failure.error).message}`);
    for (const { service, lines } of outcome.evidence) {
      output.say(colors.bold(`\nLast lines of ${service}:`));
      for (const line of lines) output.say(`  ${line}`);
      if (lines.length === 0) output.say(colors.dim('  (it wrote none)'));
    }
  }
  output.say();
  output.say(
    `${verdict === 'live' ? colors.green('✓') : colors.red('✗')} ${sentence(outcome, session.name)}`,
  );
  if (probe)
    output.say(
      `  Probe: ${probe.sent} requests, ${probe.failed} failed, longest gap ${probe.longestGapMs} ms${late(outcome)}`,
    );
  if (verdict === 'live') {
    const urls = linksOf(session, await observedAt(session, outcome));
    for (const [name, url] of Object.entries(urls)) output.say(`  ${name.padEnd(10)} ${url}`);
  } else {
    output.say(`  Next: ${nextCommand(outcome, session.name)}`);
  }
  const result = {
    verdict,
    version,
    previous,
    seconds,
    probe: probe ?? { sent: 0, failed: 0, longestGapMs: 0 },
  };
  if (json) output.result(JSON.stringify(result));
}

/** A gap as long as the probe's own delay may be this machine's and not the deploy's. */
const late = ({ probeLateMs }: Outcome) =>
  probeLateMs >= 50 ? ` (this machine held the probe itself up for ${probeLateMs} ms)` : '';

function sentence({ verdict, version, previous, seconds }: Outcome, environment: string): string {
  switch (verdict) {
    case 'live':
      return `${version} is live on ${environment}, ${seconds} s after the start.`;
    case 'failed':
      return previous === null
        ? `${version} did not become live; nothing was serving before, and nothing is.`
        : `${version} did not become live; ${previous} is still serving.`;
    case 'rolled back':
      return `${version} was live, turned bad and was taken back; ${previous} is serving.`;
    case 'unknown':
      return `Nobody can tell whether ${version} is live.`;
  }
}

function nextCommand({ verdict, evidence }: Outcome, environment: string): string {
  if (verdict === 'unknown') return `conductor status ${environment}`;
  const service = evidence[0]?.service;
  return service === undefined
    ? `conductor deploy ${environment}`
    : `conductor logs ${environment} ${service} --lines 200`;
}
