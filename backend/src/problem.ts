import { translate } from './texts/translate.ts';

/**
 * Every kind of error the API answers with, as RFC 9457 problems. The key is the `code` and the last part of the
 * `type` address; a code that was published is never reused for something else.
 */
export const problemKinds = {
  'bad-request': { status: 400, en: 'The request is malformed', pt: 'A requisição está malformada' },
  'host-not-allowed': {
    status: 400,
    en: 'This host name is not served here',
    pt: 'Este endereço não é atendido aqui',
  },
  unauthenticated: { status: 401, en: 'Sign in first', pt: 'Entre na sua conta primeiro' },
  'second-factor-required': {
    status: 401,
    en: 'The code of your authenticator app is needed',
    pt: 'Falta o código do seu aplicativo autenticador',
  },
  forbidden: { status: 403, en: 'You may not do this', pt: 'Você não tem permissão para isto' },
  'setup-link': {
    status: 403,
    en: 'Only the setup link opens this',
    pt: 'Só o link de configuração abre isto',
  },
  'not-found': { status: 404, en: 'Nothing was found here', pt: 'Nada foi encontrado aqui' },
  conflict: {
    status: 409,
    en: 'This does not fit the current state',
    pt: 'Isto não combina com o estado atual',
  },
  duplicate: { status: 409, en: 'This already exists', pt: 'Isto já existe' },
  'invalid-transition': {
    status: 409,
    en: 'This step is not possible now',
    pt: 'Este passo não é possível agora',
  },
  'ai-not-configured': { status: 409, en: 'AI is not configured', pt: 'A IA não está configurada' },
  'ai-disabled': { status: 409, en: 'AI is switched off', pt: 'A IA está desligada' },
  'ai-opted-out': {
    status: 409,
    en: 'This person does not want AI used on their data',
    pt: 'Esta pessoa não quer IA usada em seus dados',
  },
  'ai-refused': {
    status: 409,
    en: 'The AI declined to answer this',
    pt: 'A IA se recusou a responder isto',
  },
  'smtp-not-configured': { status: 409, en: 'E-mail is not configured', pt: 'O e-mail não está configurado' },
  'recipient-opted-out': {
    status: 409,
    en: 'A recipient does not want these letters',
    pt: 'Um destinatário não quer receber estes e-mails',
  },
  'version-conflict': {
    status: 412,
    en: 'Someone else changed this meanwhile',
    pt: 'Alguém alterou isto nesse meio-tempo',
  },
  'payload-too-large': { status: 413, en: 'The request is too large', pt: 'A requisição é grande demais' },
  'unsupported-media-type': {
    status: 415,
    en: 'This content type is not understood',
    pt: 'Este tipo de conteúdo não é aceito',
  },
  validation: { status: 422, en: 'Some values are not valid', pt: 'Alguns valores não são válidos' },
  'precondition-required': {
    status: 428,
    en: 'The If-Match header is required',
    pt: 'O cabeçalho If-Match é obrigatório',
  },
  'rate-limited': { status: 429, en: 'Too many requests', pt: 'Requisições demais' },
  'mail-limit-reached': {
    status: 429,
    en: "The day's letters are used up",
    pt: 'O limite de e-mails do dia acabou',
  },
  'ai-budget-exceeded': {
    status: 429,
    en: "This month's AI budget is used up",
    pt: 'O orçamento de IA do mês acabou',
  },
  internal: { status: 500, en: 'Something went wrong on our side', pt: 'Algo deu errado do nosso lado' },
  unavailable: { status: 503, en: 'Temporarily unavailable', pt: 'Temporariamente indisponível' },
  'not-writable': {
    status: 503,
    en: 'Nothing can be saved at the moment',
    pt: 'Nada pode ser salvo no momento',
  },
  'ai-unavailable': {
    status: 503,
    en: 'The AI providers do not answer now',
    pt: 'Os provedores de IA não respondem agora',
  },
  'smtp-failed': {
    status: 503,
    en: 'The mail server did not take it',
    pt: 'O servidor de e-mail não aceitou',
  },
} as const satisfies Record<string, { status: number; en: string; pt: string }>;

export type ProblemCode = keyof typeof problemKinds;

/** One invalid value: `pointer` is a JSON pointer into the body (`#/email`) or the name of a parameter (`limit`). */
export interface ProblemDetail {
  pointer: string;
  code: string;
  detail: string;
}

interface ProblemOptions {
  /** What failed here and what to do, for the caller's eyes. */
  detail?: string;
  errors?: readonly ProblemDetail[];
  /** More members of the answer, such as the candidates of a duplicate. */
  extra?: Record<string, unknown>;
  headers?: Record<string, string>;
  cause?: unknown;
}

/** An error that is answered as it is. Anything else thrown becomes `internal`, without its message. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly status: number;
  readonly detail: string | undefined;
  readonly errors: readonly ProblemDetail[] | undefined;
  readonly extra: Record<string, unknown>;
  readonly headers: Record<string, string>;

  constructor(code: ProblemCode, { detail, errors, extra = {}, headers = {}, cause }: ProblemOptions = {}) {
    super(detail ?? problemKinds[code].en, { cause });
    this.name = 'Problem';
    this.code = code;
    this.status = problemKinds[code].status;
    this.detail = detail;
    this.errors = errors;
    this.extra = extra;
    this.headers = headers;
  }
}

/** A single invalid value, found by a rule that no schema can say. */
export function invalid(pointer: string, code: string, detail: string): Problem {
  return new Problem('validation', { detail, errors: [{ pointer, code, detail }] });
}

export type ProblemLanguage = 'en' | 'pt';

/** The language of titles: Portuguese where the caller prefers it, else English. */
export function problemLanguage(acceptLanguage: string | undefined): ProblemLanguage {
  return /^\s*pt\b/i.test(acceptLanguage ?? '') ? 'pt' : 'en';
}

/** The body of a problem answer. */
export function problemBody(
  problem: Problem,
  about: { base: string; instance: string; requestId: string; language: ProblemLanguage },
) {
  return {
    ...problem.extra,
    type: `${about.base}/problems/${problem.code}`,
    title: problemKinds[problem.code][about.language],
    status: problem.status,
    detail: problem.detail && translate(problem.detail, about.language),
    instance: about.instance,
    code: problem.code,
    requestId: about.requestId,
    errors: problem.errors?.map(({ detail, ...error }) => ({
      ...error,
      detail: translate(detail, about.language),
    })),
  };
}
