import { Transform } from 'node:stream';
import type { Secrets } from './document.ts';
import { encodings } from './encodings.ts';
import { type Match, Patterns, type Place } from './patterns.ts';

/** Values shorter than this cannot be told from ordinary text, so they are not redacted; a check refuses such secrets. */
export const shortestRedacted = 4;

/** Takes the values of secrets out of whatever leaves the program. */
export interface Redactor {
  /** The text with every secret, in any of its encodings, replaced by `[NAME]`. */
  redact(text: string): string;
  /** A copy of plain data (objects, arrays, errors) with every string and key redacted. */
  redactDeep<T>(data: T): T;
  /**
   * A stream that redacts bytes on their way, across the borders of chunks too. It holds back only what may be the
   * beginning of a secret, until more comes or the stream ends.
   */
  stream(): Transform;
  /** Names of the secrets that are too short to be redacted. */
  readonly unprotected: readonly string[];
}

/** Makes a redactor that knows these values. Cheap: the work begins with the first text. */
export function createRedactor(secrets: Secrets): Redactor {
  const entries = Object.entries(secrets);
  const known = entries.filter(([, value]) => value.trim().length >= shortestRedacted);
  const unprotected = entries.filter((entry) => !known.includes(entry)).map(([name]) => name);

  let patterns: Patterns | undefined;
  const compiled = () => {
    patterns ??= compile(known);
    return patterns;
  };

  const redact = (text: string): string => {
    if (known.length === 0 || text === '') return text;
    const out = new Redaction(compiled());
    const bytes = toBytes(text);
    const redacted = out.write(bytes) + out.end();
    // A text without secrets goes back as it came, also where it is not well-formed Unicode.
    return redacted === bytes ? text : Buffer.from(redacted, 'latin1').toString('utf8');
  };

  const redactDeep = (data: unknown, seen = new Map<object, unknown>()): unknown => {
    if (typeof data === 'string') return redact(data);
    if (data === null || typeof data !== 'object' || !isData(data)) return data;
    if (seen.has(data)) return seen.get(data);
    const copy: object = Array.isArray(data) ? [] : Object.create(Object.getPrototypeOf(data));
    seen.set(data, copy);
    for (const key of Reflect.ownKeys(data)) {
      if (Array.isArray(data) && key === 'length') continue;
      // An error's stack may be an accessor; the copy gets what it answers.
      const { enumerable } = Object.getOwnPropertyDescriptor(data, key)!;
      const value = redactDeep((data as Record<PropertyKey, unknown>)[key], seen);
      const name = typeof key === 'string' ? redact(key) : key;
      Object.defineProperty(copy, name, { value, enumerable, writable: true, configurable: true });
    }
    return copy;
  };

  return {
    redact,
    redactDeep: <T>(data: T) => redactDeep(data) as T,
    stream: () => (known.length === 0 ? new Transform(passThrough) : redactingStream(compiled())),
    unprotected,
  };
}

/** Patterns are matched on bytes written as Latin-1, so that one automaton serves text and binary streams alike. */
const toBytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

function compile(secrets: readonly (readonly [string, string])[]): Patterns {
  const labels = new Map<string, string>();
  for (const [name, value] of secrets) {
    for (const text of encodings(value)) if (!labels.has(toBytes(text))) labels.set(toBytes(text), name);
  }
  return new Patterns(labels);
}

/** One pass over one text or stream. */
class Redaction {
  readonly #patterns: Patterns;
  #place: Place;
  /** What was read and not yet given out, and where it begins in the stream. */
  #held = '';
  #heldFrom = 0;
  /** Matches in what is held, in order, overlapping ones joined. */
  #matches: Match[] = [];

  constructor(patterns: Patterns) {
    this.#patterns = patterns;
    this.#place = patterns.start;
  }

  write(text: string): string {
    const { place, matches, pending } = this.#patterns.scan(
      this.#place,
      text,
      this.#heldFrom + this.#held.length,
    );
    this.#place = place;
    this.#held += text;
    for (const match of matches) this.#join(match);
    return this.#giveOut(this.#heldFrom + this.#held.length - pending);
  }

  end(): string {
    return this.#giveOut(this.#heldFrom + this.#held.length);
  }

  #join(match: Match): void {
    let joined = match;
    for (let last = this.#matches.at(-1); last && last.end > joined.start; last = this.#matches.at(-1)) {
      this.#matches.pop();
      const label = last.end - last.start >= joined.end - joined.start ? last.label : joined.label;
      joined = { start: Math.min(last.start, joined.start), end: Math.max(last.end, joined.end), label };
    }
    this.#matches.push(joined);
  }

  /** Everything before `until`, less what a match holds together with later text. */
  #giveOut(until: number): string {
    let out = '';
    let from = this.#heldFrom;
    let limit = until;
    while (this.#matches[0] && this.#matches[0].start < limit) {
      const match = this.#matches[0];
      if (match.end > limit) {
        limit = match.start;
        break;
      }
      out += `${this.#text(from, match.start)}[${match.label}]`;
      from = match.end;
      this.#matches.shift();
    }
    out += this.#text(from, limit);
    this.#held = this.#text(limit, this.#heldFrom + this.#held.length);
    this.#heldFrom = limit;
    return out;
  }

  #text(from: number, to: number): string {
    return this.#held.slice(from - this.#heldFrom, to - this.#heldFrom);
  }
}

function redactingStream(patterns: Patterns): Transform {
  const redaction = new Redaction(patterns);
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      done(null, Buffer.from(redaction.write(chunk.toString('latin1')), 'latin1'));
    },
    flush(done) {
      done(null, Buffer.from(redaction.end(), 'latin1'));
    },
  });
}

const passThrough: ConstructorParameters<typeof Transform>[0] = {
  transform: (chunk, _encoding, done) => done(null, chunk),
};

/** Plain objects, arrays and errors are looked into; what has a behaviour of its own (dates, buffers, sockets) is not. */
function isData(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return (
    Array.isArray(value) || value instanceof Error || prototype === Object.prototype || prototype === null
  );
}
