import type { Desired } from '../config/resolve.ts';
import type { Secrets } from '../secrets/document.ts';
import type { Capsules } from './capsules.ts';

/**
 * Every secret value that can turn up in what a command shows, by a label for its place: those kept for the environment, those
 * that its services would get now, and those of releases before, whose processes and logs are still there after a secret was
 * rotated or removed. Each value once; services that name two values alike keep both.
 */
export async function knownSecrets(kept: Secrets, desired: Desired, capsules: Capsules): Promise<Secrets> {
  const known = new Map<string, string>();
  const values = new Set<string>();
  const learn = (value: string, ...labels: string[]) => {
    if (values.has(value)) return;
    const label = labels.find((each) => !known.has(each)) ?? `${labels[0]} ${known.size}`;
    values.add(value);
    known.set(label, value);
  };

  for (const [name, value] of Object.entries(kept)) learn(value, name);
  for (const { name: service, variables } of desired.services) {
    for (const [name, variable] of Object.entries(variables)) {
      if (variable.kind === 'secret') learn(variable.value, name, `${service} ${name}`);
    }
  }
  for (const { name, url } of desired.stores) if (url !== undefined) learn(url, `${name} url`);
  for (const { version, name, value } of await capsules.values()) learn(value, `${name} of ${version}`);
  return Object.fromEntries(known);
}
