import { randomBytes, randomInt } from 'node:crypto';

/** Secrets of every shape that a team has, different in each run: 50 by name. */
export function plantCanaries(): Record<string, string> {
  const random = (bytes: number) => randomBytes(bytes).toString('base64url');
  const shapes: (() => string)[] = [
    () => random(24),
    () => randomBytes(20).toString('hex'),
    () => randomBytes(30).toString('base64'),
    () => `p@ss/w+rd "${random(9)}" \\ <&'>%20`,
    () => `sénha ção ✓ ${random(9)}`,
    () => `mongodb+srv://user:${random(12)}@db.example.com/crm?w=1&x=a%2Fb`,
    () => JSON.stringify({ type: 'service_account', key: random(18), list: [1, 'two'] }),
    () =>
      `-----BEGIN PRIVATE KEY-----\n${[random(48), random(48), random(20)].join('\n')}\n-----END PRIVATE KEY-----\n`,
    () => `$HOME \`whoami\` ${random(9)} $(id)`,
    () => `${random(6)}\t${randomInt(1e9)}\t${random(6)}=`,
  ];
  return Object.fromEntries(
    Array.from({ length: 50 }, (_, index) => [`CANARY_${index}`, shapes[index % shapes.length]!()]),
  );
}

/**
 * What a log could carry of a value, worked out here and not by the code under test: plain, JSON-escaped, URL-encoded, hex, and
 * base64 in each of its three alignments (without the characters that the neighbours share). Lines of a longer value count singly.
 */
export function disguises(value: string): string[] {
  const pieces = [value, ...value.split('\n')].filter(
    (piece) => piece.length >= 12 && !piece.startsWith('-----'),
  );
  return [...new Set(pieces.flatMap(disguisesOfOne))];
}

function disguisesOfOne(piece: string): string[] {
  const aligned = ['', 'x', 'xy'].map((before) => {
    const encoded = Buffer.from(`${before}${piece}`).toString('base64').replace(/=+$/, '');
    return encoded.slice(before === '' ? 0 : 4, -4);
  });
  return [
    piece,
    JSON.stringify(piece).slice(1, -1),
    encodeURIComponent(piece),
    new URLSearchParams([['', piece]]).toString().slice(1),
    Buffer.from(piece).toString('hex'),
    ...aligned,
    ...aligned.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
  ];
}

/** Names of the canaries that can be found in a text, with the place of the first find. Values themselves are never returned. */
export function sightings(text: string, canaries: Readonly<Record<string, string>>): string[] {
  return Object.entries(canaries).flatMap(([name, value]) => {
    const at = disguises(value).map((disguise) => text.indexOf(disguise));
    const first = at.find((index) => index >= 0);
    return first === undefined ? [] : [`${name} at ${first}`];
  });
}
