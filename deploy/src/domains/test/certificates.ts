import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

// Certificates as bytes (X.509 in DER), so that tests need no program for them.
const der = (tag: number, ...parts: Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  const { length } = body;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
};
const sequence = (...parts: Buffer[]) => der(0x30, ...parts);
const hex = (text: string) => Buffer.from(text, 'hex');
/** Object identifiers, encoded. */
const oid = {
  ecdsaWithSha256: der(0x06, hex('2a8648ce3d040302')),
  commonName: der(0x06, hex('550403')),
  organization: der(0x06, hex('55040a')),
  alternativeNames: der(0x06, hex('551d11')),
  basicConstraints: der(0x06, hex('551d13')),
};
const algorithm = sequence(oid.ecdsaWithSha256);
const named = (kind: Buffer, text: string) => der(0x31, sequence(kind, der(0x0c, Buffer.from(text))));
const time = (at: Date) => der(0x18, Buffer.from(`${at.toISOString().replace(/[-:T]|\.\d+Z/g, '')}Z`));
const extension = (kind: Buffer, value: Buffer) => sequence(kind, der(0x04, value));

interface Description {
  readonly subject: Buffer;
  readonly issuer: Buffer;
  readonly from: Date;
  readonly to: Date;
  readonly extensions: Buffer;
}

function certificate(of: Description, publicKey: KeyObject, signer: KeyObject): string {
  const content = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    of.issuer,
    sequence(time(of.from), time(of.to)),
    of.subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(of.extensions)),
  );
  const signature = sign('sha256', content, signer);
  const whole = sequence(content, algorithm, der(0x03, Buffer.from([0]), signature));
  const lines = whole.toString('base64').match(/.{1,64}/g)!;
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const day = 86_400_000;

/** A key and its certificate, as a TLS server wants them. */
export interface Keyed {
  readonly key: string;
  readonly cert: string;
}

/** An authority of a test's own. */
export class Authority {
  /** PEM, for clients that are to trust it. */
  readonly root: string;
  readonly #name: Buffer;
  readonly #key: KeyObject;

  constructor(name = 'Test Authority') {
    const pair = newKey();
    this.#key = createPrivateKey(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    this.#name = sequence(named(oid.organization, name), named(oid.commonName, `${name} root`));
    this.root = certificate(
      {
        subject: this.#name,
        issuer: this.#name,
        from: new Date(Date.now() - 3650 * day),
        to: new Date(Date.now() + 3650 * day),
        extensions: extension(oid.basicConstraints, sequence(der(0x01, Buffer.from([0xff])))),
      },
      pair.publicKey,
      this.#key,
    );
  }

  /** A certificate for some names that began `age` days ago and has `left` days to go, negative when it is over. */
  issue(names: readonly string[], { age = 10, left = 80 } = {}): Keyed {
    const pair = newKey();
    const alternative = names.map((name) => der(0x82, Buffer.from(name)));
    return {
      key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      cert: certificate(
        {
          subject: sequence(named(oid.commonName, names[0]!)),
          issuer: this.#name,
          from: new Date(Date.now() - age * day),
          to: new Date(Date.now() + left * day),
          extensions: extension(oid.alternativeNames, sequence(...alternative)),
        },
        pair.publicKey,
        this.#key,
      ),
    };
  }
}
