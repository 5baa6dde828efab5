import { emptyDocument, type Secrets, type SecretsDocument } from '../secrets/document.ts';
import { generateSecret } from '../secrets/rotation.ts';

/** Where an environment's generated secrets are kept: a file of this machine, or sealed in the ledger that the team shares. */
export interface GeneratedPlace {
  /** Undefined where none were made yet. */
  read(): Promise<SecretsDocument | undefined>;
  /** Reads, changes and writes as one: what others write meanwhile is never lost. `change` may be called again. */
  update(change: (now: SecretsDocument | undefined) => SecretsDocument): Promise<SecretsDocument>;
}

/** The secrets that Conductor itself made for an environment. Each is made once, whoever asks and however many at once. */
export class GeneratedSecrets {
  readonly #place: GeneratedPlace;
  readonly #environment: string;
  #document: SecretsDocument;

  private constructor(place: GeneratedPlace, environment: string, document: SecretsDocument) {
    this.#place = place;
    this.#environment = environment;
    this.#document = document;
  }

  /** With `look` nothing is written: where there is no document yet, an empty one stands for it. */
  static async open(
    place: GeneratedPlace,
    environment: string,
    { look = false } = {},
  ): Promise<GeneratedSecrets> {
    const document =
      (await place.read()) ??
      (look ? emptyDocument(environment) : await place.update((now) => now ?? emptyDocument(environment)));
    return new GeneratedSecrets(place, environment, document);
  }

  get values(): Secrets {
    return this.#document.secrets;
  }

  /** Key of fingerprints, for an environment that has no secrets committed with the code. Base64. */
  get fingerprintKey(): string {
    return this.#document.fingerprintKey;
  }

  /** The secret of that name, made of so many random bytes (base64url) where there is none yet. */
  async make(name: string, bytes: number): Promise<string> {
    const known = this.values[name];
    if (known !== undefined) return known;
    const fresh = generateSecret(bytes);
    // Whoever was first has made it: theirs stays.
    await this.update((secrets) => ({ [name]: fresh, ...secrets }));
    return this.values[name]!;
  }

  /** Changes the secrets, from what they are at that moment. */
  async update(change: (secrets: Secrets) => Secrets): Promise<void> {
    this.#document = await this.#place.update((now) => {
      const document = now ?? emptyDocument(this.#environment);
      return { ...document, secrets: change(document.secrets) };
    });
  }
}
