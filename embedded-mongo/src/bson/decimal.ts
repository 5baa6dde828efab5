import { Decimal128, Long } from 'bson';
import { toNumber, type Value } from './values.ts';

/** A decimal number in full: `digits * 10^-scale`. */
export interface Exact {
  readonly digits: bigint;
  readonly scale: number;
}

/** Decimal128 keeps this many digits. */
const precision = 34;

/** A number as an exact decimal; undefined for infinities and NaN. Doubles keep 15 digits, as MongoDB converts them. */
export const fromDecimal = (value: Value): Exact | undefined => {
  if (value instanceof Long) return { digits: value.toBigInt(), scale: 0 };
  const text =
    value instanceof Decimal128 ? value.toString() : String(Number(toNumber(value)!.toPrecision(15)));
  const parts = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!parts) return undefined;
  const fraction = parts[3] ?? '';
  const digits = BigInt(`${parts[1]}${parts[2]}${fraction}`);
  const scale = fraction.length - Number(parts[4] ?? 0);
  return scale < 0 ? { digits: digits * 10n ** BigInt(-scale), scale: 0 } : { digits, scale };
};

/** Rounds half to even to the 34 digits of Decimal128. */
export const toDecimal = ({ digits, scale }: Exact): Decimal128 => {
  const negative = digits < 0n;
  let size = negative ? -digits : digits;
  let places = scale;
  const excess = size.toString().length - precision;
  if (excess > 0) {
    const divisor = 10n ** BigInt(excess);
    const rest = size % divisor;
    size /= divisor;
    if (rest * 2n > divisor || (rest * 2n === divisor && size % 2n === 1n)) size += 1n;
    places -= excess;
  }
  return Decimal128.fromString(`${negative ? '-' : ''}${size}E${-places}`);
};

/** The quotient of two decimals, with trailing zeros removed. */
export const divideDecimals = (left: Exact, right: Exact): Decimal128 => {
  const extra = BigInt(precision + 2 + right.digits.toString().length);
  let digits = (left.digits * 10n ** extra) / right.digits;
  let scale = left.scale - right.scale + Number(extra);
  while (scale > 0 && digits % 10n === 0n) {
    digits /= 10n;
    scale--;
  }
  return toDecimal({ digits, scale });
};
