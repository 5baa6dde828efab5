import { type Doc, isDoc, keysOf, setField, toNumber, type Value } from '../bson/values.ts';
import { failedToParse } from '../errors.ts';

const malformed = (why: string) => failedToParse(`malformed diff of an update: ${why}`);

const sectionOf = (diff: Doc, name: string): Doc => {
  const section = diff[name];
  if (section === undefined) return {};
  if (!isDoc(section)) throw malformed(`section '${name}' must be an object`);
  return section;
};

/** What a diff inside another one makes of a value; of one that it does not fit, null: a later entry will replace it. */
const inner = (value: Value, diff: Value): Value => {
  if (!isDoc(diff)) throw malformed('a diff must be an object');
  if (diff.a === true) return Array.isArray(value) ? patchedArray(value, diff) : null;
  return isDoc(value) ? patched(value, diff) : null;
};

const patchedArray = (before: readonly Value[], diff: Doc): Value[] => {
  const length = diff.l === undefined ? undefined : toNumber(diff.l);
  const after = length === undefined ? [...before] : before.slice(0, length);
  const put = (at: number, value: Value) => {
    while (after.length < at) after.push(null);
    after[at] = value;
  };
  for (const key of keysOf(diff)) {
    if (key === 'a' || key === 'l') continue;
    const [, kind, digits] = /^([us])(\d+)$/.exec(key) ?? [];
    if (kind === undefined) throw malformed(`'${key}' says nothing of an array`);
    const at = Number(digits);
    put(at, kind === 'u' ? diff[key] : at < before.length ? inner(before[at], diff[key]) : null);
  }
  while (length !== undefined && after.length < length) after.push(null);
  return after;
};

/**
 * What a diff of version 2 makes of a document. Applied again, or to a document that later entries have changed already, it
 * never fails for that: as in MongoDB, a whole history that is applied again ends where it ended. Errors: 9.
 */
export const patched = (before: Doc, diff: Doc): Doc => {
  const [deleted, updated, inserted] = ['d', 'u', 'i'].map((name) => sectionOf(diff, name)) as [
    Doc,
    Doc,
    Doc,
  ];
  const inside = new Map<string, Value>();
  for (const key of keysOf(diff)) {
    if (key === 'd' || key === 'u' || key === 'i') continue;
    if (!key.startsWith('s')) throw malformed(`there is no section '${key}'`);
    inside.set(key.slice(1), diff[key]);
  }
  const after: Doc = {};
  for (const key of keysOf(before)) {
    if (Object.hasOwn(deleted, key) || Object.hasOwn(inserted, key)) continue;
    if (Object.hasOwn(updated, key)) setField(after, key, updated[key]);
    else setField(after, key, inside.has(key) ? inner(before[key], inside.get(key)) : before[key]);
  }
  for (const section of [updated, inserted])
    for (const key of keysOf(section)) if (!Object.hasOwn(after, key)) setField(after, key, section[key]);
  return after;
};
