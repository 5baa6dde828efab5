import { bsonType, documentOf, type Field, fieldsOf, integerIn } from './raw-document.ts';
import { unsupported } from './unsupported.ts';

/**
 * Applies what an update entry of the oplog says (`o: {$v: 2, diff: …}`) to the document as it was. Source: mongo,
 * db/update/document_diff_serialization.h: `d` removes fields, `u` sets some where they are, `i` puts some at the end, `s` and a name go into
 * a document or an array (`a: true`), where `l` is its new length.
 * @throws {BackupError} `oplog.unsupported` for sections of later servers
 */
export function applyDiff(document: Uint8Array, diff: Uint8Array): Buffer {
  const fields = new Map(fieldsOf(document).map((field) => [field.name, field]));
  for (const section of fieldsOf(diff)) {
    if (section.name === 'd') for (const { name } of fieldsOf(section.value)) fields.delete(name);
    else if (section.name === 'u') for (const field of fieldsOf(section.value)) fields.set(field.name, field);
    else if (section.name === 'i') {
      for (const field of fieldsOf(section.value)) {
        fields.delete(field.name);
        fields.set(field.name, field);
      }
    } else if (section.name.startsWith('s') && section.type === bsonType.document) {
      const name = section.name.slice(1);
      fields.set(name, applyInside(fields.get(name), name, section.value));
    } else throw unsupported(`an update with the section "${section.name}"`);
  }
  return documentOf(fields.values());
}

function applyInside(before: Field | undefined, name: string, diff: Uint8Array): Field {
  const isArray = fieldsOf(diff)[0]?.name === 'a';
  const type = isArray ? bsonType.array : bsonType.document;
  if (before?.type !== type) throw unfit(`its ${name} is no ${isArray ? 'array' : 'document'}`);
  return { type, name, value: isArray ? applyToArray(before.value, diff) : applyDiff(before.value, diff) };
}

function applyToArray(array: Uint8Array, diff: Uint8Array): Buffer {
  const items = fieldsOf(array);
  for (const section of fieldsOf(diff)) {
    if (section.name === 'a') continue;
    if (section.name === 'l') {
      const length = integerIn(section);
      if (length === undefined) throw unfit('the new length of an array is no number');
      items.length = Math.min(items.length, length);
      fill(items, length);
      continue;
    }
    const at = Number(section.name.slice(1));
    if (!Number.isSafeInteger(at) || at < 0 || section.name.length < 2) {
      throw unsupported(`an update of an array with the section "${section.name}"`);
    }
    fill(items, at + 1);
    if (section.name.startsWith('u')) items[at] = section;
    else if (section.name.startsWith('s')) items[at] = applyInside(items[at], String(at), section.value);
    else throw unsupported(`an update of an array with the section "${section.name}"`);
  }
  return documentOf(items.map((item, index) => ({ ...item, name: String(index) })));
}

/** Up to a length, with null, as the server does. */
function fill(items: Field[], length: number): void {
  while (items.length < length) items.push({ type: bsonType.null, name: '', value: new Uint8Array() });
}

const unfit = (what: string): Error => new Error(`the update does not fit the document: ${what}`);
