import { TurnedBad } from '../engine/bake/bake.ts';
import { HookFailed } from '../engine/hooks.ts';
import { stillOn } from '../engine/maintenance.ts';
import { type Outcome, observedAt } from '../engine/outcome.ts';
import { linksIn, openLink } from '../engine/secret-link.ts';
import { linksOf } from '../engine/status.ts';
import type { Session } from '../environment/session.ts';
import { releaseOf } from '../ledger/history.ts';
import type { Verdict } from '../ledger/record.ts';
import type { Observed } from '../model/observed.ts';
import { describeProofs } from '../model/proof.ts';
import { isLink } from '../model/service-command.ts';
import { explain } from './explain.ts';
import type { Output } from './output.ts';

/** Shows what is true at the end: the addresses, or the evidence and the next command. `asked`: verdicts that are what was wanted. */
export async function showOutcome(
  session: Session,
  outcome: Outcome,
  json: boolean,
  output: Output,
  asked: Verdict[] = ['live'],
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
    `${asked.includes(verdict) ? colors.green('✓') : colors.red('✗')} ${sentence(outcome, session.name)}`,
  );
  const proof = describeProofs(outcome.proofs);
  if (proof !== undefined) output.say(`  Proof: ${proof}`);
  if (probe)
    output.say(
      `  Probe: ${probe.sent} requests, ${probe.failed} failed, longest gap ${probe.longestGapMs} ms${late(outcome)}`,
    );
  for (const warning of outcome.warnings) output.say(`  ${colors.yellow('!')} ${warning}`);
  if (verdict === 'live') {
    const observed = await observedAt(session, outcome);
    for (const [name, url] of Object.entries(linksOf(session, observed)))
      output.say(`  ${name.padEnd(10)} ${url}`);
    await tellLinks(session, version, observed.urls, output);
    tellDomains(observed.domains, session.name, output);
  } else {
    output.say(`  Next: ${nextCommand(outcome, session.name)}`);
  }
  if (outcome.observed?.maintenance) output.say(`  ${colors.yellow('!')} ${stillOn(session.name)}`);
  const result = {
    verdict,
    version,
    previous,
    seconds,
    probe: probe ?? { sent: 0, failed: 0, longestGapMs: 0 },
    ...(outcome.warnings.length > 0 && { warnings: outcome.warnings }),
    proofs: outcome.proofs,
  };
  if (json) output.result(JSON.stringify(result));
}

/** Which domains are served, with what the place says of them, and which are not yet. */
function tellDomains(domains: Observed['domains'], environment: string, output: Output): void {
  const saying = domains.filter(({ certificate, detail }) => certificate === 'valid' && detail);
  for (const { host, detail } of saying) output.say(`  ${host}: ${detail}`);
  const ahead = domains.filter(({ certificate }) => certificate === 'pending');
  if (ahead.length === 0) return;
  const hosts = ahead.map(({ host }) => host).join(', ');
  output.say(`  Not served yet: ${hosts}. What is missing: conductor domains ${environment}`);
  for (const { host, detail } of ahead) if (detail) output.say(`    ${host}: ${detail}`);
}

/**
 * The links of a release that still work. Each is a secret: only a person at a terminal is shown it, and a log gets the command that prints
 * it to whoever may read the environment.
 */
async function tellLinks(
  session: Session,
  version: string,
  urls: Observed['urls'],
  output: Output,
): Promise<void> {
  // A project without links has nothing to ask the ledger for.
  if (!Object.values(session.project.services).some(({ commands }) => Object.values(commands).some(isLink)))
    return;
  const record = releaseOf(await session.ledger.history(), version);
  for (const link of record ? linksIn(record) : []) {
    const { service, name } = link;
    const command = `conductor run ${session.name} ${service} ${name}`;
    try {
      const found = await openLink(session, link, urls);
      if (found.state === 'used') continue;
      if (output.isTerminal) output.shown(`  ${name.padEnd(10)} ${found.url}`);
      else output.say(`  ${name.padEnd(10)} ${command}`);
    } catch (error) {
      // The deploy stands, whatever becomes of its link.
      output.say(`  ${name.padEnd(10)} ${explain(error).message} Try again: ${command}`);
    }
  }
}

/** A gap as long as the probe's own delay may be this machine's and not the deploy's. */
const late = ({ probeLateMs }: Outcome) =>
  probeLateMs >= 50 ? ` (this machine was busy and sent the probe ${probeLateMs} ms late)` : '';

function sentence(outcome: Outcome, environment: string): string {
  const { verdict, version, previous, seconds } = outcome;
  switch (verdict) {
    case 'live':
      return `${version} is live on ${environment}, ${seconds} s after the start.`;
    case 'failed':
      return previous === null
        ? `${version} ${whyNotLive(outcome)}; nothing was serving before, and nothing is.`
        : `${version} ${whyNotLive(outcome)}; ${previous} is still serving.`;
    case 'rolled back':
      return `${version} ${whyTakenBack(outcome)}; ${previous} is serving.`;
    case 'unknown':
      return `It is not known whether ${version} is live.`;
  }
}

const whyNotLive = ({ interrupted, failure }: Outcome): string =>
  interrupted || failure === undefined ? 'was called off before its cutover' : 'did not become live';

/** Only what the watch saw turn bad has turned bad. */
function whyTakenBack({ interrupted, failure }: Outcome): string {
  if (failure?.error instanceof TurnedBad) return 'was live, turned bad and was rolled back';
  if (interrupted || failure === undefined) return 'was called off after its cutover and rolled back';
  return 'could not be proven healthy after its cutover and was rolled back';
}

function nextCommand({ verdict, evidence, failure }: Outcome, environment: string): string {
  if (verdict === 'unknown')
    return `conductor resume ${environment} (looks again), or conductor abort ${environment} (undoes it)`;
  if (failure?.error instanceof HookFailed) return `conductor deploy ${environment}`;
  const service = evidence[0]?.service;
  return service === undefined
    ? `conductor deploy ${environment}`
    : `conductor logs ${environment} ${service} --lines 200`;
}
