import { MongoServerError } from 'mongodb';
import { isWithoutTransactions } from '../mongo/mongo.ts';

/** Why a store is not able, by a code that is never reused: a few words for health, and a sentence for people. */
const storeFailures = {
  'store-embedded': {
    short: 'embedded store in production',
    en: 'This is the embedded store, which is for trying and testing; production needs MongoDB.',
    pt: 'Este é o banco embutido, feito para experimentar e testar; em produção é preciso o MongoDB.',
  },
  'store-standalone': {
    short: 'no transactions',
    en: 'MongoDB runs standalone, so it cannot do the transactions by which everything is saved; make it a replica set, of one member at least.',
    pt: 'O MongoDB está sem replica set e não faz as transações com que tudo é salvo; transforme-o em um replica set, de ao menos um membro.',
  },
  'store-not-writable': {
    short: 'writes refused',
    en: 'The store answers but refuses to save anything.',
    pt: 'O banco responde, mas recusa salvar qualquer coisa.',
  },
  'store-slow': {
    short: 'no answer in time',
    en: 'The store did not answer in time.',
    pt: 'O banco não respondeu a tempo.',
  },
  'store-login': {
    short: 'authentication refused',
    en: 'The store refuses the user or the password.',
    pt: 'O banco recusa o usuário ou a senha.',
  },
  'store-refused': {
    short: 'connection refused',
    en: 'Nothing takes connections at the address of the store.',
    pt: 'Nada aceita conexões no endereço do banco.',
  },
  'store-away': {
    short: 'not connected',
    en: 'The connection to the store is gone.',
    pt: 'A conexão com o banco caiu.',
  },
  'store-error': {
    short: 'error',
    en: 'The store could not be asked.',
    pt: 'Não foi possível consultar o banco.',
  },
} as const satisfies Record<string, { short: string; en: string; pt: string }>;

export type StoreFailure = keyof typeof storeFailures;

export class EmbeddedStoreError extends Error {}

/** Which failure an error means. A driver's own message may hold addresses and user names, so it is never given out. */
export function storeFailure(error: unknown): StoreFailure {
  if (error instanceof EmbeddedStoreError) return 'store-embedded';
  if (isWithoutTransactions(error)) return 'store-standalone';
  const text =
    error instanceof Error
      ? `${error.name} ${error.message} ${(error as { code?: unknown }).code ?? ''}`
      : '';
  if (/^ReplyError (MISCONF|OOM|READONLY|NOREPLICAS)/.test(text)) return 'store-not-writable';
  if (/timeout|timed out|ServerSelection/i.test(text)) return 'store-slow';
  // 18 AuthenticationFailed; whatever else MongoDB says is its answer to the write.
  if (error instanceof MongoServerError && error.code !== 18 && !/Network/.test(error.name))
    return 'store-not-writable';
  if (/auth|NOAUTH|WRONGPASS/i.test(text)) return 'store-login';
  if (/ECONNREFUSED/.test(text)) return 'store-refused';
  if (/closed|ECONNRESET|EPIPE|writeable|Network/i.test(text)) return 'store-away';
  return 'store-error';
}

/** `unhealthy: <reason>`, as health shows it. */
export const unhealthy = (failure: StoreFailure): string => `unhealthy: ${storeFailures[failure].short}`;

/** One reason for which a process cannot do its work. */
export interface Reason {
  service: string;
  code: StoreFailure;
  message: string;
}

/** The reasons behind the words of health, as sentences for people. */
export function reasonsOf(services: Readonly<Record<string, string>>, language: 'en' | 'pt'): Reason[] {
  const failures = Object.keys(storeFailures) as StoreFailure[];
  return Object.entries(services).flatMap(([service, word]) => {
    const code = failures.find((failure) => unhealthy(failure) === word);
    return code ? [{ service, code, message: storeFailures[code][language] }] : [];
  });
}
