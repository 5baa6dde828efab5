import { parseSecretAddress, type SecretPlace } from '../../config/secret-address.ts';
import { ConductorError, exitCode } from '../../errors.ts';
import { readAws } from './aws.ts';
import { readCommand } from './command.ts';
import { readFileSecret } from './file.ts';
import { NotRead } from './not-read.ts';
import { readOnePassword } from './one-password.ts';
import { longestSecret } from './program.ts';

/** ms in which a vault has to answer, a person at its door included. */
const patience = 60_000;

/** What reads one secret needs to know. */
export interface Reading {
  readonly address: string;
  /** The project. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Variables of this machine that programs of the project get. */
  readonly pass: readonly string[];
  readonly signal: AbortSignal;
  /** Worth knowing, and in nobody's way. Never a value. */
  readonly note: (text: string) => void;
  /** The same question is asked once. */
  readonly once: (question: string, ask: () => Promise<string>) => Promise<string>;
}

export interface ElsewhereOptions extends Pick<Reading, 'root' | 'pass'> {
  readonly env?: Reading['env'];
  /** Aborts when the person wants it stopped. */
  readonly interrupt?: AbortSignal;
  /** ms; left out, the usual ones. */
  readonly patience?: number;
  /** Told each value that is read, so that it can be kept out of what is written. */
  readonly onRead: (value: string, address: string) => void;
}

/** Secrets that are kept elsewhere: in vaults, files, variables. Each is read once by a command, all of them side by side. */
export class Elsewhere {
  readonly #options: ElsewhereOptions;
  readonly #values = new Map<string, string>();
  readonly #problems = new Map<string, ConductorError>();
  readonly #reading = new Map<string, Promise<void>>();
  readonly #asked = new Map<string, Promise<string>>();
  readonly #notes = new Set<string>();

  constructor(options: ElsewhereOptions) {
    this.#options = options;
  }

  /** Values that a release has had, for commands that deploy no other one: they need no vault. */
  keep(values: Readonly<Record<string, string>>): void {
    for (const [address, value] of Object.entries(values)) {
      this.#options.onRead(value, address);
      this.#values.set(address, value);
    }
  }

  /** Reads them. What cannot be had is a problem of its own, which {@link problemOf} tells. */
  async read(addresses: readonly string[]): Promise<void> {
    await Promise.all(
      addresses.map((address) => {
        const reading = this.#reading.get(address) ?? this.#read(address);
        this.#reading.set(address, reading);
        return reading;
      }),
    );
  }

  get = (address: string): string | undefined => this.#values.get(address);

  problemOf = (address: string): ConductorError | undefined => this.#problems.get(address);

  get notes(): readonly string[] {
    return [...this.#notes];
  }

  async #read(address: string): Promise<void> {
    const { root, pass, env = process.env, interrupt, patience: limit = patience, onRead } = this.#options;
    const late = AbortSignal.timeout(limit);
    try {
      const value = await valueAt(place(address), {
        address,
        root,
        pass,
        env,
        signal: interrupt ? AbortSignal.any([interrupt, late]) : late,
        note: (text) => this.#notes.add(text),
        once: (question, ask) => {
          const answer = this.#asked.get(question) ?? ask();
          this.#asked.set(question, answer);
          return answer;
        },
      });
      // Files and programs end their text with a line end that is not meant.
      const text = value.replace(/\r?\n$/, '');
      if (text.trim() === '')
        throw new NotRead(address, 'empty-value', 'there is nothing in it', 'Put the secret there.');
      if (Buffer.byteLength(text) > longestSecret)
        throw new NotRead(address, 'not-read', 'it is longer than 64 KiB', 'Is that the right one?');
      onRead(text, address);
      this.#values.set(address, text);
    } catch (error) {
      if (interrupt?.aborted) return;
      this.#problems.set(address, problem(address, error, late.aborted ? limit : null));
    }
  }
}

/** @throws {ConductorError} `secrets.address` (exit 2): it was checked with the config already, but not everywhere. */
function place(address: string): SecretPlace {
  try {
    return parseSecretAddress(address);
  } catch (cause) {
    throw new ConductorError({
      code: 'secrets.address',
      message: `${address} ${(cause as Error).message}.`,
      hint: 'Fix it in conductor.config.ts.',
      exit: exitCode.usage,
    });
  }
}

async function valueAt(at: SecretPlace, reading: Reading): Promise<string> {
  switch (at.kind) {
    case 'op':
      return readOnePassword(at, reading);
    case 'aws-sm':
      return readAws(at, reading);
    case 'file':
      return readFileSecret(at, reading);
    case 'cmd':
      return readCommand(at, reading);
    case 'env': {
      const value = reading.env[at.name];
      if (value !== undefined) return value;
      throw new NotRead(
        reading.address,
        'not-read',
        `the variable ${at.name} is not set`,
        `Set ${at.name} where this runs.`,
      );
    }
  }
}

function problem(address: string, error: unknown, lateAfter: number | null): ConductorError {
  if (error instanceof ConductorError) return error;
  if (lateAfter !== null)
    return new NotRead(
      address,
      'late',
      `nothing was said within ${lateAfter / 1000} s`,
      'A vault that asks for a person cannot be asked from here: unlock it first, or use a token for machines.',
    );
  // Whatever it is, its words may have a part of the value.
  return new NotRead(address, 'not-read', 'of a reason that is not known', 'Try it again.');
}
