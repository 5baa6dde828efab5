import { Binary } from 'bson';
import { isNumeric, toNumber, type Value } from '../bson/values.ts';
import { badValue, failedToParse } from '../errors.ts';

/** The bit positions that a `$bits…` operand names: a list, a mask or binary data. */
const positions = (operator: string, operand: Value): number[] => {
  if (Array.isArray(operand))
    return operand.map((item) => {
      const position = toNumber(item);
      if (position === undefined || !Number.isInteger(position))
        throw failedToParse(`Failed to parse bit position. Expected a number in: ${operator}`);
      if (position < 0)
        throw failedToParse(`Failed to parse bit position. Expected a non-negative number in: ${operator}`);
      return position;
    });
  if (isNumeric(operand)) {
    const mask = toNumber(operand)!;
    if (!Number.isInteger(mask)) throw failedToParse(`Expected an integer: ${operator}: ${mask}`);
    if (mask < 0) throw failedToParse(`Expected a non-negative number in: ${operator}: ${mask}`);
    const bits = BigInt(mask);
    return Array.from({ length: 64 }, (_, bit) => bit).filter((bit) => (bits >> BigInt(bit)) & 1n);
  }
  if (operand instanceof Binary) {
    const bytes = operand.buffer.subarray(0, operand.position);
    return Array.from({ length: bytes.length * 8 }, (_, bit) => bit).filter(
      (bit) => (bytes[bit >> 3]! >> (bit & 7)) & 1,
    );
  }
  throw badValue(`${operator} takes an Array, a number, or a BinData but received: ${typeof operand}`);
};

/** The test of `$bitsAllSet`, `$bitsAllClear`, `$bitsAnySet` or `$bitsAnyClear` on one value. */
export const bitsTest = (operator: string, operand: Value): ((value: Value) => boolean) => {
  const wanted = positions(operator, operand);
  const all = operator.startsWith('$bitsAll');
  const set = operator.endsWith('Set');
  return (value) => {
    let bit: (position: number) => boolean;
    if (value instanceof Binary) {
      const bytes = value.buffer.subarray(0, value.position);
      bit = (position) => ((bytes[position >> 3] ?? 0) >> (position & 7)) % 2 === 1;
    } else {
      const number = toNumber(value);
      if (number === undefined || !Number.isInteger(number)) return false;
      const bits = typeof value === 'number' ? BigInt(value) : BigInt(String(value).split('.')[0]!);
      bit = (position) => ((bits >> BigInt(Math.min(position, 63))) & 1n) === 1n;
    }
    return all ? wanted.every((at) => bit(at) === set) : wanted.some((at) => bit(at) === set);
  };
};
