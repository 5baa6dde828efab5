import type { Service } from '../model/service.ts';
import type { Store } from '../model/store.ts';
import { createRedactor } from '../secrets/redactor.ts';
import type { Progress } from './target.ts';

/** Every secret value that a target has come across: none of them may leave in a message. */
export class SecretsSeen {
  readonly #values: Record<string, string> = {};

  /** Secret variables, and the addresses of outside stores, which hold a password. */
  know(services: readonly Pick<Service, 'name' | 'variables'>[], stores: readonly Store[] = []): void {
    for (const service of services) {
      for (const [name, variable] of Object.entries(service.variables)) {
        if (variable.kind === 'secret') this.add(`${name} of ${service.name}`, variable.value);
      }
    }
    for (const store of stores) if (store.url) this.add(`url of ${store.name}`, store.url);
  }

  /** `name` says what it was, in its place. */
  add(name: string, value: string): void {
    this.#values[name] = value;
  }

  /** A target's progress without any of them. */
  clean({ detail, evidence, ...rest }: Progress): Progress {
    return { ...rest, detail: this.redact(detail), ...(evidence && { evidence: evidence.map(this.redact) }) };
  }

  readonly redact = (text: string): string => createRedactor(this.#values).redact(text);
}
