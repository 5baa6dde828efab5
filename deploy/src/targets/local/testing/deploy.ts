import type { Release } from '../../../model/release.ts';
import type { Service } from '../../../model/service.ts';
import type { DeployOptions, Progress, Target } from '../../target.ts';

/** A deploy from its beginning to its end, with all that was said. */
export async function deploy(
  target: Target,
  release: Release,
  services: readonly Service[],
  options: DeployOptions & { signal?: AbortSignal; atGate?: () => void | Promise<void> } = {},
): Promise<Progress[]> {
  const { signal = new AbortController().signal, atGate, ...rest } = options;
  const seen: Progress[] = [];
  for await (const progress of target.deploy(release, services, signal, rest)) {
    seen.push(progress);
    if (progress.gate === 'cutover') await atGate?.();
  }
  return seen;
}

/** What was said last of a service. */
export const lastOf = (seen: readonly Progress[], service: string) => {
  const last = seen.findLast((progress) => progress.service === service);
  return last && `${last.state}: ${last.detail}`;
};

/** Version that answers at an address. */
export async function servedAt(url: string): Promise<string | null> {
  const answer = await fetch(url, { headers: { connection: 'close' } });
  await answer.text();
  return answer.headers.get('x-release');
}
