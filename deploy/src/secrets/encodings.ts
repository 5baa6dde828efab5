import { inspect } from 'node:util';

/** Shortest encoded piece that is looked for: a shorter one would be found in innocent text. */
const shortestPiece = 8;

/**
 * Every way in which a log could carry a value: plain, JSON (once and twice escaped, with and without escaped slashes or
 * non-ASCII), URL (component, form, strict, lower case), HTML, shell and JavaScript quotes, base64 in both alphabets and all
 * three alignments, hex, and the single lines of a value of several lines (a key in PEM is logged line by line).
 */
export function encodings(value: string): Set<string> {
  // The first and last line of a PEM key are the same for every key.
  const lines = value
    .split(/\r?\n/)
    .filter((line) => line.length >= shortestPiece && !line.startsWith('-----'));
  const wholes = [value, ...(value.includes('\n') ? lines : [])];
  return new Set(wholes.flatMap(encodingsOfOne).filter((text) => text !== ''));
}

function encodingsOfOne(value: string): string[] {
  const bytes = Buffer.from(value, 'utf8');
  const hex = bytes.toString('hex');
  return [
    value,
    value.trim(),
    ...jsonEncodings(value),
    ...urlEncodings(value),
    value
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&#39;'),
    value.replaceAll("'", `'\\''`),
    inspect(value, { maxStringLength: null, breakLength: Number.POSITIVE_INFINITY }).slice(1, -1),
    value.replaceAll('\n', '\r\n'),
    ...base64Encodings(bytes),
    hex,
    hex.toUpperCase(),
  ];
}

function jsonEncodings(value: string): string[] {
  const escaped = (text: string) => JSON.stringify(text).slice(1, -1);
  const once = escaped(value);
  const ascii = once.replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return [once, escaped(once), once.replaceAll('/', '\\/'), ascii, escaped(ascii)];
}

function urlEncodings(value: string): string[] {
  const text = value.toWellFormed();
  const component = encodeURIComponent(text);
  const strict = component.replace(/[!'()*~]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
  const form = new URLSearchParams({ v: text }).toString().slice(2);
  const lower = (encoded: string) => encoded.replace(/%[0-9a-f]{2}/gi, (code) => code.toLowerCase());
  const upper = (encoded: string) => encoded.replace(/%[0-9a-f]{2}/gi, (code) => code.toUpperCase());
  const url = new URL('http://host/');
  url.password = text;
  url.pathname = text;
  url.search = text;
  const all = [
    component,
    strict,
    form,
    encodeURI(text),
    url.password,
    url.pathname.slice(1),
    url.search.slice(1),
  ];
  return all.flatMap((encoded) => [upper(encoded), lower(encoded)]);
}

/**
 * Base64 of the value where it begins at any place of a longer text: three bytes become four characters, so there are three
 * alignments, and of each the characters that the neighbours have no part in.
 */
function base64Encodings(bytes: Buffer): string[] {
  const pieces = [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const from = Math.ceil((before * 8) / 6);
    return encoded.slice(from, Math.floor(((before + bytes.length) * 8) / 6));
  });
  const whole = bytes.toString('base64');
  return [whole, ...pieces.filter((piece) => piece.length >= shortestPiece)].flatMap((text) => [
    text,
    text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''),
  ]);
}
