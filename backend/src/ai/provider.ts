import type { z } from 'zod';
import type { FailureKind, ProviderName } from './schema.ts';

/** One question with a structured answer. */
export interface Question {
  /** Ours alone: nothing of a record belongs here. */
  system: string;
  /** What is asked, with record text inside its delimiters. */
  prompt: string;
  /** The shape of the answer, handed to the provider as a JSON schema. */
  shape: z.ZodType;
  shapeName: string;
  /** The last answer and what was wrong with it, when it is asked to be mended. */
  repair?: { answer: string; problems: string } | undefined;
}

/** Tokens as the provider counted them. */
export interface Tokens {
  input: number;
  output: number;
}

export interface Answer {
  text: string;
  tokens: Tokens;
}

/** Something the assistant may call; `run` reads under the caller's rights and changes nothing. */
export interface Tool {
  name: string;
  description: string;
  input: z.ZodObject;
  run(input: unknown): Promise<unknown>;
}

export interface Talk {
  system: string;
  messages: readonly { role: 'user' | 'assistant'; text: string }[];
  tools: readonly Tool[];
}

/** What a provider can do; both are asked the same way. */
export interface Provider {
  readonly name: ProviderName;
  readonly model: string;
  /** Throws `AiFailure`. */
  answer(question: Question, signal: AbortSignal): Promise<Answer>;
  /** Speaks piece by piece and calls tools meanwhile; returns the tokens used. Throws `AiFailure`. */
  talk(talk: Talk, signal: AbortSignal): AsyncGenerator<string, Tokens>;
}

/** Failures with which the next provider may do better; the others are ours or final. */
const passing: readonly FailureKind[] = [
  'timeout',
  'rate_limited',
  'overloaded',
  'network',
  'invalid_answer',
  'misconfigured',
];

/** Why a provider gave no usable answer. The message is the provider's, for our log only. */
export class AiFailure extends Error {
  readonly kind: FailureKind;
  /** What was spent on it all the same. */
  readonly tokens: Tokens;

  constructor(
    kind: FailureKind,
    message: string,
    { cause, tokens = { input: 0, output: 0 } }: { cause?: unknown; tokens?: Tokens } = {},
  ) {
    super(message, { cause });
    this.name = 'AiFailure';
    this.kind = kind;
    this.tokens = tokens;
  }

  get anotherMayDoBetter(): boolean {
    return passing.includes(this.kind);
  }
}

/** The SDKs' errors, which both derive from the same generator, as one of our kinds. Others are thrown on. */
export function failureOf(error: unknown, signal: AbortSignal): AiFailure {
  if (error instanceof AiFailure) return error;
  const { name, status, message } = error as { name?: string; status?: number; message?: string };
  const kind = kindOf(error as Error, status, signal.aborted);
  if (kind === undefined) throw error;
  return new AiFailure(kind, message ?? name ?? kind, { cause: error });
}

function kindOf(error: Error, status: number | undefined, aborted: boolean): FailureKind | undefined {
  const kind = error.constructor.name;
  if (aborted || kind === 'APIConnectionTimeoutError' || error.name === 'TimeoutError') return 'timeout';
  if (kind === 'APIConnectionError' || error instanceof TypeError) return 'network';
  if (status === undefined) return kind === 'APIError' ? 'overloaded' : undefined;
  if (status === 429) return 'rate_limited';
  // No rights, no money, no such model: an admin has to look at the settings.
  if ([401, 402, 403, 404].includes(status)) return 'misconfigured';
  if (status === 408) return 'timeout';
  if (status >= 500) return 'overloaded';
  return 'bad_request';
}
