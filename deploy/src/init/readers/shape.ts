import { parse as parseToml } from 'smol-toml';
import { parse } from 'yaml';
import { Unreadable } from '../found.ts';

/** What a file holds, whatever it is: each of these gives nothing where something else stands. */
export type Shape = unknown;
export type Fields = Readonly<Record<string, Shape>>;

/**
 * A YAML file whose top is a map.
 * @throws {Unreadable}
 */
export function yamlFields(text: string): Fields {
  let value: unknown;
  try {
    value = parse(text.replace(/^\uFEFF/, ''), { merge: true, logLevel: 'error', prettyErrors: true });
  } catch (error) {
    const [first = ''] = (error as Error).message.split('\n');
    throw new Unreadable(`it is no YAML: ${first.replace(/:$/, '')}`);
  }
  if (!isFields(value)) throw new Unreadable('there is no map at its top');
  return value;
}

/**
 * A TOML file.
 * @throws {Unreadable}
 */
export function tomlFields(source: string): Fields {
  try {
    return fields(parseToml(source.replace(/^\uFEFF/, '')));
  } catch (error) {
    const [first = ''] = (error as Error).message.split('\n');
    throw new Unreadable(`it is no TOML: ${first}`);
  }
}

/**
 * A JSON file whose top is an object.
 * @throws {Unreadable}
 */
export function jsonFields(source: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(source.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new Unreadable(`it is no JSON: ${(error as Error).message}`);
  }
  if (!isFields(value)) throw new Unreadable('there is no object at its top');
  return value;
}

const isFields = (value: Shape): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const fields = (value: Shape): Fields => (isFields(value) ? value : {});
export const list = (value: Shape): readonly Shape[] => (Array.isArray(value) ? value : []);
/** Text, also of a number or a boolean; undefined for what is blank or none. */
export function text(value: Shape): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}
export const texts = (value: Shape): string[] => list(value).flatMap((one) => text(one) ?? []);
export function number(value: Shape): number | undefined {
  const found = Number(text(value));
  return text(value) !== undefined && Number.isFinite(found) ? found : undefined;
}
/** A whole number that can count replicas, or none. */
export const replicas = (value: Shape): number | undefined => {
  const found = number(value);
  return found !== undefined && Number.isInteger(found) && found > 1 && found <= 100 ? found : undefined;
};
/** Seconds of `30`, `30s`, `1m30s` or `500ms`. */
export function seconds(value: Shape): number | undefined {
  const given = text(value);
  if (given === undefined) return undefined;
  if (/^\d+(\.\d+)?$/.test(given)) return Number(given);
  const units: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(given)) return undefined;
  return [...given.matchAll(/(\d+(?:\.\d+)?)(ms|[smh])/g)].reduce(
    (sum, [, n, unit]) => sum + Number(n) * units[unit!]!,
    0,
  );
}
/** Seconds that a drain can have in a config. */
export const drain = (value: Shape): number | undefined => {
  const found = seconds(value);
  return found === undefined ? undefined : Math.min(600, Math.round(found));
};
/** A folder or file inside the project, without `./` and a slash at its end; undefined for the project's own folder and what lies outside. */
export function inside(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const parts: string[] = [];
  for (const part of path.replaceAll('\\', '/').split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.length === 0 ? undefined : parts.join('/');
}
