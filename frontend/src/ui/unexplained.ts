import { Problem } from '../api/problem.ts';

/**
 * Whether a form must show an error by itself: one that names no field, or a field that has no input in the form and so
 * no place where its message could stand. `inputs`: the form's values by name.
 */
export function isUnexplained(error: Error | null, inputs: object): boolean {
  if (error === null) return false;
  if (!(error instanceof Problem)) return true;
  const wrong = Object.keys(error.fields);
  return wrong.length === 0 || wrong.some((field) => !(field.split('.')[0]! in inputs));
}
