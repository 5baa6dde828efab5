import { getField, isDoc, type Value } from '../bson/values.ts';

const index = /^(0|[1-9]\d*)$/;
/** The position that a part of a path names in an array, or -1. */
export const arrayIndex = (part: string): number => (index.test(part) ? Number(part) : -1);

/** Which element of the outermost array on the path satisfied a filter: what `$` in an update stands for. */
export interface Position {
  index: number | undefined;
}

/**
 * Visits every value that a dotted path reaches in a document, going into arrays on the way as MongoDB's queries do,
 * until a visit answers true. A missing field is visited as `undefined`. With `expand`, an array at the end of the
 * path is visited element by element and then as a whole.
 */
export const visitPath = (
  value: Value,
  path: readonly string[],
  at: number,
  expand: boolean,
  visit: (value: Value) => boolean,
  position?: Position,
): boolean => {
  if (at === path.length) {
    if (expand && Array.isArray(value)) {
      for (let index = 0; index < value.length; index++)
        if (visit(value[index])) {
          if (position) position.index = index;
          return true;
        }
    }
    return visit(value);
  }
  const part = path[at]!;
  if (isDoc(value)) return visitPath(getField(value, part), path, at + 1, expand, visit, position);
  if (!Array.isArray(value)) return visit(undefined);
  const numeric = arrayIndex(part);
  if (numeric >= 0 && numeric < value.length) {
    if (visitPath(value[numeric], path, at + 1, expand, visit, position)) {
      if (position) position.index = numeric;
      return true;
    }
  }
  for (let index = 0; index < value.length; index++) {
    if (!isDoc(value[index])) continue;
    if (visitPath(value[index], path, at, expand, visit, position)) {
      if (position) position.index = index;
      return true;
    }
  }
  return false;
};
