import { matchesGlob } from 'node:path';
import { createRedactor, type Secrets } from '../secrets/index.ts';

/** Something that looks like a secret. The value itself is nowhere in it. */
export interface Leak {
  readonly file: string;
  readonly line: number;
  /** What it is: "GitHub token", or the name of one of the environment's own secrets. */
  readonly what: string;
}

/** Looks for secrets in a text. */
export type Scan = (file: string, text: string) => Promise<Leak[]>;

/** Own values shorter than this occur in innocent text. */
const shortestOwn = 12;

/**
 * A scanner with the rules that secretlint recommends (some sixty vendors' token formats, private keys, credentials in
 * URLs; a `secretlint-disable` comment silences a line), and with the environment's own values in all their encodings.
 * The rules are loaded here, on first use, since most commands never scan.
 */
export async function createScanner(own: Secrets, allowed: readonly string[] = []): Promise<Scan> {
  const [{ lintSource }, { creator }, { secretLintProfiler }] = await Promise.all([
    import('@secretlint/core'),
    import('@secretlint/secretlint-rule-preset-recommend'),
    import('@secretlint/profiler'),
  ]);
  // It keeps every mark of every rule and file, and searches all of them at each new one: minutes for a thousand files.
  secretLintProfiler.mark = () => {};
  const config = { rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator }] };
  const mine = createRedactor(
    Object.fromEntries(Object.entries(own).filter(([, value]) => value.trim().length >= shortestOwn)),
  );

  return async (file, content) => {
    const real = ownLeaks(file, content, mine.redact);
    // Made-up secrets are allowed there, and the environment's own are nowhere.
    if (allowed.some((glob) => matchesGlob(file, glob))) return real;
    const { messages } = await lintSource({
      source: { filePath: file, content, ext: '', contentType: 'text' },
      options: { config, maskSecrets: true },
    });
    const leaks = messages.map(({ loc, messageId }) => ({
      file,
      line: loc.start.line,
      what: wordsOf(messageId),
    }));
    return [...leaks, ...real];
  };
}

/** `GITHUB_TOKEN` and `MongoDBConnection` for people. */
const wordsOf = (id: string): string =>
  id
    .replaceAll('_', ' ')
    .replaceAll(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, ' ')
    .toLowerCase();

/** Lines that hold one of the environment's own values. */
function ownLeaks(file: string, content: string, redact: (text: string) => string): Leak[] {
  if (redact(content) === content) return [];
  const lines = content.split('\n').flatMap((line, index) => {
    const name = /\[(\w+)\]/.exec(difference(line, redact(line)))?.[1];
    return name ? [{ file, line: index + 1, what: `value of ${name}` }] : [];
  });
  // A value of several lines is found in the whole only.
  return lines.length > 0 ? lines : [{ file, line: 1, what: "value of one of the environment's secrets" }];
}

/** What `after` has from the first place on where it differs from `before`. */
function difference(before: string, after: string): string {
  if (before === after) return '';
  let from = 0;
  while (before[from] === after[from]) from++;
  return after.slice(Math.max(0, from - 1));
}

export const leakLine = ({ file, line, what }: Leak): string => `${file}:${line} ${what}`;
