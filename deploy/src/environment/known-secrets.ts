import type { Transform } from 'node:stream';
import type { Desired } from '../config/resolve.ts';
import type { Secrets } from '../secrets/document.ts';
import { createRedactor, type Redactor } from '../secrets/redactor.ts';
import type { Capsules } from './capsules.ts';

/**
 * Every secret value that an environment is known to have, by a label for its place, taken out of everything that is written: what people
 * are shown, the journal, the ledger, notifications. It learns what is read later, such as a credential of the platform.
 */
export class KnownSecrets implements Redactor {
  readonly #labels = new Map<string, string>();
  #redactor: Redactor | undefined;

  /** Each value once, under the first of the labels that is still free. */
  learn = (value: string, ...labels: string[]): void => {
    if (this.#labels.has(value)) return;
    const taken = new Set(this.#labels.values());
    this.#labels.set(value, labels.find((each) => !taken.has(each)) ?? `${labels[0]} ${taken.size}`);
    this.#redactor = undefined;
  };

  redact = (text: string): string => this.#now.redact(text);
  redactDeep = <T>(data: T): T => this.#now.redactDeep(data);
  stream = (): Transform => this.#now.stream();

  get unprotected(): readonly string[] {
    return this.#now.unprotected;
  }

  /** The values by their labels. */
  get values(): Secrets {
    return Object.fromEntries([...this.#labels].map(([value, label]) => [label, value]));
  }

  get #now(): Redactor {
    this.#redactor ??= createRedactor(this.values);
    return this.#redactor;
  }
}

/**
 * Learns the secrets kept for an environment, those that its services would get now, and those of releases before, whose processes and
 * logs are still there after a secret was rotated or removed. Services that name two values alike keep both.
 */
export async function learnSecrets(
  known: KnownSecrets,
  { kept, desired, capsules }: { kept: Secrets; desired: Desired; capsules: Capsules },
): Promise<void> {
  for (const [name, value] of Object.entries(kept)) known.learn(value, name);
  for (const { name: service, variables } of desired.services) {
    for (const [name, variable] of Object.entries(variables)) {
      if (variable.kind === 'secret') known.learn(variable.value, name, `${service} ${name}`);
    }
  }
  for (const { name, url } of desired.stores) if (url !== undefined) known.learn(url, `${name} url`);
  for (const { version, name, value } of await capsules.values()) known.learn(value, `${name} of ${version}`);
}
