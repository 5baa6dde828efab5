import { wayOut } from 'conductor-backup/closest';
import type { z } from 'zod';
import { ConductorError, exitCode } from '../errors.ts';

/** One mistake in the config: where, and what is wrong with the way out. */
export interface Problem {
  /** `services.backend.health.pathh` */
  readonly path: string;
  readonly message: string;
}

/** `['services', 'web-app', 0]` → `services.web-app[0]`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i > 0 ? '.' : ''}${String(part)}`))
    .join('');
}

/** A value as a person would recognise it in the file; long ones are cut. */
export function shown(value: unknown): string {
  const text = typeof value === 'function' ? 'a function' : (JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

const inner = (schema: z.core.$ZodType): z.core.$ZodType => {
  const { def } = schema._zod as z.core.$ZodTypes['_zod'];
  if ('innerType' in def) return inner(def.innerType as z.core.$ZodType);
  if (def.type === 'pipe') return inner(def.in);
  return schema;
};

/** The keys that an object schema knows at a path; none where anything else stands. */
function knownKeys(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const { def } = inner(schema)._zod as z.core.$ZodTypes['_zod'];
  const [key, ...rest] = path;
  if (key === undefined) return def.type === 'object' ? Object.keys(def.shape) : [];
  if (def.type === 'object') {
    const next = def.shape[String(key)];
    return next ? knownKeys(next, rest) : [];
  }
  if (def.type === 'record') return knownKeys(def.valueType, rest);
  if (def.type === 'array') return knownKeys(def.element, rest);
  return [];
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (found, key) => (found as Record<PropertyKey, unknown> | undefined)?.[key],
    value,
  );
}

/** Zod's issues in this project's words: each with its path in the file, the value that stands there, and the way out. */
export function problemsOf(
  schema: z.core.$ZodType,
  value: unknown,
  issues: readonly z.core.$ZodIssue[],
  prefix: readonly PropertyKey[] = [],
): Problem[] {
  return issues.flatMap((issue): Problem[] => {
    const path = pathText([...prefix, ...issue.path]) || 'the config';
    if (issue.code === 'unrecognized_keys') {
      const known = knownKeys(schema, issue.path);
      return issue.keys.map((key) => ({
        path: pathText([...prefix, ...issue.path, key]),
        message: `is not known here; ${wayOut(key, known)}`,
      }));
    }
    if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => ({ path, message }));
    const found = at(value, issue.path);
    if (found === undefined && issue.code !== 'custom') return [{ path, message: 'is missing' }];
    if (issue.code === 'invalid_value') {
      const known = issue.values.map(String);
      return [{ path, message: `${shown(found)} is not known; ${wayOut(String(found), known)}` }];
    }
    // What a rule of ours says about a value follows it; where nothing stands, there is no value to show.
    return [{ path, message: found === undefined ? issue.message : `${shown(found)} ${phrase(issue)}` }];
  });
}

function phrase(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.message.startsWith('Invalid input') ? `is not ${article(issue.expected)}` : issue.message;
    case 'too_small':
      return `is too small; at least ${issue.minimum}`;
    case 'too_big':
      return `is too big; at most ${issue.maximum}`;
    case 'invalid_format':
      return issue.message.startsWith('Invalid') ? `is not a valid ${issue.format}` : issue.message;
    default:
      return issue.message;
  }
}

const article = (word: string): string => `${/^[aeiou]/.test(word) ? 'an' : 'a'} ${word}`;

/** Every mistake of a config in one error. */
export function invalidConfig(file: string, problems: readonly Problem[]): ConductorError {
  const lines = problems.map(({ path, message }) => `  ${path}: ${message}`);
  const count = problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`;
  return new ConductorError({
    code: 'config.invalid',
    message: `${file} has ${count}:\n${lines.join('\n')}`,
    hint: 'Fix the file and run the command again; nothing was changed.',
    exit: exitCode.usage,
  });
}
