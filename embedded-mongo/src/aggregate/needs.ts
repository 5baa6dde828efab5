import { type Doc, isDoc, keysOf, type Value } from '../bson/values.ts';

/**
 * The top-level fields that the stages of a pipeline can ask of its documents, when its first stage is a `$group`: only
 * what a group names survives it. Undefined when that cannot be told and whole documents are needed.
 */
export const neededFields = (pipeline: readonly Doc[]): ReadonlySet<string> | undefined => {
  const group = pipeline[0]?.$group;
  if (!isDoc(group)) return undefined;
  const fields = new Set<string>();
  return gather(group, fields) ? fields : undefined;
};

/** Notes the fields an expression reads; false when it reads documents whole, or by names that are computed. */
const gather = (expression: Value, fields: Set<string>): boolean => {
  if (typeof expression === 'string') {
    if (expression.startsWith('$$')) return false;
    if (expression.startsWith('$')) fields.add(expression.slice(1).split('.', 1)[0]!);
    return true;
  }
  if (Array.isArray(expression)) return expression.every((item) => gather(item, fields));
  if (!isDoc(expression)) return true;
  return keysOf(expression).every(
    (key) => key !== '$getField' && key !== 'sortBy' && gather(expression[key], fields),
  );
};
