import { isIP } from 'node:net';
import { ConductorError } from '../../../errors.ts';
import type { AddOrder } from '../../servers.ts';
import { addressOf, type SshAddress } from '../dial.ts';
import type { EngineNode } from '../operations.ts';
import { byHand, type Found, mended, ok } from './check.ts';
import { factsOf } from './facts.ts';
import { rulesFor } from './firewall.ts';
import { type Login, logIn } from './login.ts';
import { addressOfNode, type Described, isManager } from './members.ts';
import { applyMend } from './prepare.ts';

/**
 * The firewalls of the servers that are there let a new one in. With `install` they are told to, where the same login gets in there.
 * @param address of the new one
 */
export async function letIn(
  { context, clock }: Described,
  login: Login,
  address: string,
  order: AddOrder,
): Promise<{ readonly findings: Found[]; readonly done: string[] }> {
  const findings: Found[] = [];
  const done: string[] = [];
  for (const text of order.firewall ? [context.settings.host, ...context.settings.nodes] : []) {
    const member = addressOf(text);
    if (member?.kind !== 'ssh' || member.host === login.address.host) continue;
    let found = await lookAt(member, login, address, order.signal);
    if (found?.mend && order.install) {
      const { mend, there } = found;
      order.doing(mend.doing);
      await applyMend(there, mend, order, clock);
      done.push(mend.doing);
      found = { ...ok(`The firewall of ${member.host} lets ${address} in`), there };
    }
    if (!found) continue;
    const { there: _, mend: __, ...finding } = found;
    order.found(finding);
    findings.push(finding);
  }
  return { findings, done };
}

/** Null: it has no firewall of its own that would have to be told. */
async function lookAt(
  member: SshAddress,
  login: Login,
  address: string,
  signal: AbortSignal,
): Promise<(Found & { readonly there: Login }) | null> {
  const rules = rulesFor(address);
  const unknown = (why: string) => ({
    ...byHand(
      'warning',
      `Whether the firewall of ${member.host} lets ${address} in is not known: ${why}`,
      [`If it does not, on ${member.host}, as root:`, ...rules].join('\n'),
    ),
    there: login,
  });
  try {
    const there = await logIn({ ...member, user: login.user }, signal);
    if (!there.isRoot) return unknown(`${there.user} is not root there.`);
    const { ufw } = await factsOf(there, member.user ?? there.user);
    if (!ufw?.status.includes('Status: active')) return null;
    const missing = rules.filter((rule) => !ufw.added.includes(rule));
    if (missing.length === 0) return { ...ok(`The firewall of ${member.host} lets ${address} in`), there };
    const title = `The firewall of ${member.host} does not let ${address} in`;
    const fix = [`On ${member.host}, as root:`, ...missing].join('\n');
    return { ...mended('failure', title, `lets ${address} in at ${member.host}`, missing), fix, there };
  } catch (error) {
    if (!(error instanceof ConductorError) || !error.code.startsWith('server.')) throw error;
    return unknown(error.message);
  }
}

/** The new one reaches those that are there; what goes over UDP shows only when it is one of them. */
export async function reaches(login: Login, nodes: readonly EngineNode[], address: string): Promise<Found> {
  const ways = nodes.flatMap((node) => {
    const to = addressOfNode(node);
    if (isIP(to) === 0 || node.Status.State !== 'ready') return [];
    return [...(isManager(node) ? [2377] : []), 7946].map((port) => ({ to, port }));
  });
  const lines = ways.map(
    ({ to, port }) =>
      `timeout 5 bash -c '</dev/tcp/${to}/${port}' 2>/dev/null || echo '${to} at ${port}/tcp'`,
  );
  const { stdout } = await login.run(`${lines.join('\n')}\n`);
  const closed = stdout.split('\n').filter(Boolean);
  if (closed.length === 0) return ok('It reaches the other servers at 2377 and 7946');
  return byHand(
    'failure',
    `It does not reach ${closed.join(', ')}`,
    [`There, in the firewall of the machine and in the provider's:`, ...rulesFor(address)].join('\n'),
  );
}
