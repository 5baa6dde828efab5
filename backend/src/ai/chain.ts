import type { Redis } from 'ioredis';
import type { z } from 'zod';
import { Problem } from '../problem.ts';
import type { AllSettings } from '../settings.ts';
import { Circuit } from './circuit.ts';
import { Claude } from './claude.ts';
import { OpenAi } from './openai.ts';
import { AiFailure, type Provider, type Question, type Talk, type Tokens } from './provider.ts';
import { type AiStatus, type FailureKind, type ProviderName, providerNames } from './schema.ts';

/** How long one request to a provider may take, and how long a stream may be silent. */
const timeoutMs = 20_000;

/** Settings of both providers. */
export type AiSettings = Pick<
  AllSettings,
  | 'CLAUDE_API_KEY'
  | 'OPENAI_API_KEY'
  | 'AI_MODEL_CLAUDE'
  | 'AI_MODEL_OPENAI'
  | 'ANTHROPIC_BASE_URL'
  | 'OPENAI_BASE_URL'
>;

/** One request to a provider, however it ended. */
export interface Attempt {
  provider: ProviderName;
  model: string;
  tokens: Tokens;
  ms: number;
  failure: FailureKind | null;
  /** What was answered, where it was usable. */
  output: unknown;
}

/** Keeps an attempt; its id is the run's. */
export type Keep = (attempt: Attempt) => Promise<string>;

export interface Answered<T> {
  value: T;
  runId: string;
  provider: ProviderName;
  model: string;
}

interface Link {
  provider: Provider;
  circuit: Circuit;
}

export interface ChainLog {
  error(about: object, message: string): void;
  warn(about: object, message: string): void;
}

/**
 * The providers in their order: Claude where it is configured, then OpenAI. The next one is asked when one does not
 * answer in time, is overloaded, out of reach or misconfigured, or answers in the wrong shape twice. A refusal and a
 * request that was our mistake end it: another provider would only repeat them.
 */
export class Chain {
  readonly #links: readonly Link[];
  readonly #models: Record<ProviderName, string>;
  readonly #log: ChainLog;
  readonly #timeoutMs: number;
  readonly #failing: (provider: ProviderName, how: 'open' | 'misconfigured') => Promise<void>;

  constructor({
    settings,
    redis,
    log,
    failing,
    timeout = timeoutMs,
  }: {
    settings: AiSettings;
    redis: Redis;
    log: ChainLog;
    /** Told when a provider refuses our key (`misconfigured`), or has failed so often that it is left alone for a while (`open`). */
    failing: (provider: ProviderName, how: 'open' | 'misconfigured') => Promise<void>;
    timeout?: number;
  }) {
    this.#models = { claude: settings.AI_MODEL_CLAUDE, openai: settings.AI_MODEL_OPENAI };
    this.#log = log;
    this.#timeoutMs = timeout;
    this.#failing = failing;
    const known = [
      { apiKey: settings.CLAUDE_API_KEY, make: Claude, baseURL: settings.ANTHROPIC_BASE_URL },
      { apiKey: settings.OPENAI_API_KEY, make: OpenAi, baseURL: settings.OPENAI_BASE_URL },
    ];
    this.#links = known.flatMap(({ apiKey, make, baseURL }, index) => {
      if (apiKey === undefined) return [];
      const name = providerNames[index]!;
      const model = this.#models[name];
      const circuit = new Circuit(redis, { provider: name, apiKey, model });
      return [{ provider: new make({ apiKey, model, baseURL }), circuit }];
    });
  }

  get configured(): boolean {
    return this.#links.length > 0;
  }

  /** Every provider as it is now. */
  async providers(): Promise<AiStatus['providers']> {
    return Promise.all(
      providerNames.map(async (name) => {
        const circuit = this.#links.find(({ provider }) => provider.name === name)?.circuit;
        return {
          name,
          configured: circuit !== undefined,
          model: this.#models[name],
          circuit: (await circuit?.state()) ?? ('closed' as const),
          lastError: (await circuit?.lastError()) ?? null,
        };
      }),
    );
  }

  /** Asks until somebody answers in the right shape. Throws a problem that says why nobody did. */
  async ask<T>(
    question: Omit<Question, 'repair'> & { shape: z.ZodType<T> },
    keep: Keep,
  ): Promise<Answered<T>> {
    return this.#first(async ({ provider }) => {
      const began = Date.now();
      const about = { provider: provider.name, model: provider.model };
      const tokens: Tokens = { input: 0, output: 0 };
      const spent = ({ input, output }: Tokens) => {
        tokens.input += input;
        tokens.output += output;
      };
      try {
        const value = await this.#answer(provider, question, spent);
        const ms = Date.now() - began;
        const runId = await keep({ ...about, tokens, ms, failure: null, output: value });
        return { ...about, value, runId };
      } catch (error) {
        if (!(error instanceof AiFailure)) throw error;
        spent(error.tokens);
        await keep({ ...about, tokens, ms: Date.now() - began, failure: error.kind, output: null });
        throw error;
      }
    });
  }

  /** Speaks piece by piece. Once somebody has begun to speak, nobody else takes over: the reader has seen the beginning. */
  async *talk(talk: Talk, keep: Keep): AsyncGenerator<string, Answered<null>> {
    const tokens: Tokens = { input: 0, output: 0 };
    const { speaker, first, provider, began, silence } = await this.#first(async (link) => {
      const began = Date.now();
      const silence = watchSilence(this.#timeoutMs);
      const speaker = link.provider.talk(talk, silence.signal);
      try {
        return { speaker, first: await speaker.next(), provider: link.provider, began, silence };
      } catch (error) {
        silence.stop();
        if (!(error instanceof AiFailure)) throw error;
        const about = { provider: link.provider.name, model: link.provider.model };
        const ms = Date.now() - began;
        await keep({ ...about, tokens: error.tokens, ms, failure: error.kind, output: null });
        throw error;
      }
    });
    const about = { provider: provider.name, model: provider.model };
    let text = '';
    let failure: FailureKind | null = 'network';
    try {
      let piece = first;
      while (!piece.done) {
        silence.heard();
        text += piece.value;
        yield piece.value;
        piece = await speaker.next();
      }
      Object.assign(tokens, piece.value);
      failure = null;
    } catch (error) {
      if (!(error instanceof AiFailure)) throw error;
      failure = error.kind;
      Object.assign(tokens, error.tokens);
      throw this.#problem(error);
    } finally {
      silence.stop();
      // Also when the reader left in the middle: what was said so far was paid for.
      if (failure !== null) await keep({ ...about, tokens, ms: Date.now() - began, failure, output: text });
    }
    const runId = await keep({ ...about, tokens, ms: Date.now() - began, failure, output: text });
    return { ...about, value: null, runId };
  }

  /** Asks each provider once for a word, whatever its circuit says, so that an admin sees which of them works. */
  async test(question: Omit<Question, 'repair'>, keep: Keep) {
    return Promise.all(
      this.#links.map(async ({ provider, circuit }) => {
        const began = Date.now();
        const about = { provider: provider.name, model: provider.model };
        try {
          const { text, tokens } = await provider.answer(question, AbortSignal.timeout(this.#timeoutMs));
          await circuit.succeeded();
          const ms = Date.now() - began;
          await keep({ ...about, tokens, ms, failure: null, output: text });
          return { provider: provider.name, ok: true, ms, error: null };
        } catch (error) {
          if (!(error instanceof AiFailure)) throw error;
          await circuit.failed(error.kind);
          const ms = Date.now() - began;
          await keep({ ...about, tokens: error.tokens, ms, failure: error.kind, output: null });
          return { provider: provider.name, ok: false, ms, error: error.kind };
        }
      }),
    );
  }

  async #first<T>(attempt: (link: Link) => Promise<T>): Promise<T> {
    if (!this.configured) throw new Problem('ai-not-configured');
    let last: AiFailure | undefined;
    for (const link of this.#links) {
      if ((await link.circuit.state()) !== 'closed') continue;
      try {
        const result = await attempt(link);
        await link.circuit.succeeded();
        return result;
      } catch (error) {
        if (!(error instanceof AiFailure)) throw error;
        last = error;
        const { name } = link.provider;
        this.#log.warn({ provider: name, kind: error.kind, err: error }, 'an AI provider gave no answer');
        const how = await link.circuit.failed(error.kind);
        if (how) await this.#failing(name, how);
        if (!error.anotherMayDoBetter) throw this.#problem(error);
      }
    }
    throw this.#problem(last);
  }

  async #answer<T>(
    provider: Provider,
    question: Omit<Question, 'repair'> & { shape: z.ZodType<T> },
    spent: (tokens: Tokens) => void,
  ): Promise<T> {
    let repair: Question['repair'];
    for (const lastTry of [false, true]) {
      const { text, tokens } = await provider.answer(
        { ...question, repair },
        AbortSignal.timeout(this.#timeoutMs),
      );
      spent(tokens);
      const read = readAnswer(question.shape, text);
      if ('value' in read) return read.value;
      if (lastTry) throw new AiFailure('invalid_answer', read.problems);
      repair = {
        answer: text,
        problems: `That answer is not usable: ${read.problems}. Answer again, in full.`,
      };
    }
    throw new Error('unreachable: the last try returns or throws');
  }

  #problem(failure: AiFailure | undefined): Problem {
    if (failure?.kind === 'refused') return new Problem('ai-refused', { cause: failure });
    if (failure?.kind === 'bad_request') {
      this.#log.error({ err: failure }, 'an AI provider calls our request malformed');
      return new Problem('internal', { cause: failure });
    }
    return new Problem('ai-unavailable', { headers: { 'retry-after': '60' }, cause: failure });
  }
}

function readAnswer<T>(shape: z.ZodType<T>, text: string): { value: T } | { problems: string } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { problems: 'it is not JSON' };
  }
  const read = shape.safeParse(json);
  if (read.success) return { value: read.data };
  const issues = read.error.issues.slice(0, 8);
  return { problems: issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ') };
}

/** A signal that ends what has been silent for too long. */
function watchSilence(limitMs: number) {
  const controller = new AbortController();
  const end = () => controller.abort(new DOMException('silent for too long', 'TimeoutError'));
  let timer = setTimeout(end, limitMs);
  return {
    signal: controller.signal,
    heard() {
      clearTimeout(timer);
      timer = setTimeout(end, limitMs);
    },
    stop: () => clearTimeout(timer),
  };
}
