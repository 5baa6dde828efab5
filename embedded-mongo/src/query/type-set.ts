import { Type, toNumber, typeName, type Value } from '../bson/values.ts';
import { badValue, failedToParse } from '../errors.ts';

const byName = new Map<string, number[]>(Object.entries(Type).map(([name, code]) => [name, [code]]));
byName.set('number', [Type.double, Type.int, Type.long, Type.decimal]);

/** The BSON types that the operand of `$type` names: a name, a number or a list of them. Errors: 2, 9. */
export const parseTypeSet = (operand: Value, operator: string): ReadonlySet<number> => {
  const items = Array.isArray(operand) ? operand : [operand];
  if (items.length === 0) throw failedToParse(`${operator} must match at least one type`);
  return new Set(
    items.flatMap((item) => {
      if (typeof item === 'string') {
        const codes = byName.get(item);
        if (!codes) throw badValue(`Unknown type name alias: ${item}`);
        return codes;
      }
      const code = toNumber(item);
      if (code === undefined) throw badValue('type must be represented as a number or a string');
      if (!Number.isInteger(code) || typeName(code) === 'unknown' || code === 0)
        throw badValue(`Invalid numerical type code: ${code}`);
      return [code];
    }),
  );
};
