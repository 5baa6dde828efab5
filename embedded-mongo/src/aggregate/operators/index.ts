import { arithmetic } from './arithmetic.ts';
import { arrays } from './arrays.ts';
import { library } from './library.ts';
import { logic } from './logic.ts';
import type { Operator } from './operator.ts';
import { totals } from './totals.ts';
import { types } from './types.ts';

/** Every aggregation expression operator, by name. */
export const operators: ReadonlyMap<string, Operator> = new Map([
  ...library,
  ...logic,
  ...arithmetic,
  ...arrays,
  ...types,
  ...totals,
]);
