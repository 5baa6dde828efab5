import { OpenApi } from '../openapi.ts';
import type { TwinReply, TwinRequest } from '../twin.ts';
import { type Routed, Router } from './router.ts';
import { asPublished } from './specification.ts';

/** Words that came after the published schema, with the version of the API that knew them first. */
const later: readonly (readonly [word: string, version: string])[] = [['.StartInterval ', '1.44']];

/** Where an engine (20.10.24 was asked) says something else than its schema. */
const otherwise: readonly RegExp[] = [
  // Secrets and configs are made with `ID`, as all things of the swarm are.
  /^answer of (Secret|Config)Create: .*'Id'$/,
  // `rollback_started`, `rollback_paused`, `rollback_completed`.
  /^answer of Service\w+: .*\/UpdateStatus\/State must be equal to one of the allowed values$/,
  // A word that came later.
  /^answer of Task\w+: .*\/State must be equal to one of the allowed values$/,
  // The node's id, a text.
  /^SwarmInit answers 200 without a body$/,
];

/** What the engine takes and answers by its published schema, version 1.41 of the API. */
export class EngineContract {
  readonly #api = new OpenApi('docker.openapi.generated.json');
  readonly #router = new Router();

  find(method: string, path: string): Routed | null {
    return this.#router.find(method, path);
  }

  /** What it has against a request, whose path is as the schema writes it. */
  againstCall(request: TwinRequest, version: string): string[] {
    const call = this.#api.call({ ...request, body: asPublished(request.body) });
    if (typeof call !== 'string') return [];
    const head = `${request.method} ${request.path}: `;
    if (!call.startsWith(head)) return [call];
    const known = ({ 1: since }: readonly [string, string]) => versionNumber(version) >= versionNumber(since);
    const problems = call
      .slice(head.length)
      .split('; ')
      .filter((one) => !later.some((word) => known(word) && one.includes(word[0])));
    return problems.length ? [head + problems.join('; ')] : [];
  }

  /** What it has against an answer. A list or a map without anything in it is often null, whatever the schema says. */
  againstAnswer(id: string, reply: TwinReply): string[] {
    return this.#api.answer(id, reply).filter((problem) => {
      if (otherwise.some((pattern) => pattern.test(problem))) return false;
      const [, path] = /^answer of \w+: \/(\S*)/.exec(problem) ?? [];
      if (path === undefined) return true;
      const at = (value: unknown, key: string) => (value as Record<string, unknown> | undefined)?.[key];
      return path.split('/').reduce(at, reply.body) !== null;
    });
  }
}

/** `1.41` as a number that grows with it. */
export function versionNumber(version: string): number {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major * 1_000 + minor;
}
