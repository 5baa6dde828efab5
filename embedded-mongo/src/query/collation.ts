import { compareText, type TextOrder } from '../bson/compare.ts';
import { type Doc, isDoc, toNumber, type Value } from '../bson/values.ts';
import { badValue, CommandError, typeMismatch } from '../errors.ts';

/** A collation: the order it gives to texts and its full description, as MongoDB stores it with an index. */
export interface Collation {
  readonly order: TextOrder;
  readonly spec: Doc;
  /** Two collations with one name are the same. */
  readonly name: string;
}

const known = new Map<string, Collation>();
const fields = new Set([
  'locale',
  'strength',
  'caseLevel',
  'caseFirst',
  'numericOrdering',
  'alternate',
  'maxVariable',
  'normalization',
  'backwards',
  'version',
]);

const sensitivity = (strength: number, caseLevel: boolean): Intl.CollatorOptions['sensitivity'] => {
  if (strength === 1) return caseLevel ? 'case' : 'base';
  return strength === 2 && !caseLevel ? 'accent' : 'variant';
};

/**
 * Reads the `collation` of a command. The simple collation (`{locale: 'simple'}`) and none at all are `undefined`.
 * Errors: 2 for a locale or strength that does not exist, 14 for a wrong type, 40415 for an unknown field.
 */
export const parseCollation = (value: Value): Collation | undefined => {
  if (value === undefined || value === null) return undefined;
  if (!isDoc(value)) throw typeMismatch("BSON field 'collation' is the wrong type, expected type 'object'");
  if (Object.keys(value).length === 0) return undefined;
  for (const key of Object.keys(value))
    if (!fields.has(key)) throw new CommandError(40415, `BSON field 'collation.${key}' is an unknown field.`);
  const locale = value.locale;
  if (typeof locale !== 'string')
    throw new CommandError(40414, "BSON field 'collation.locale' is missing but a required field");
  if (locale === 'simple') return undefined;
  const strength = value.strength === undefined ? 3 : toNumber(value.strength);
  if (strength === undefined || !Number.isInteger(strength) || strength < 1 || strength > 5)
    throw badValue(
      `Enumeration value '${String(value.strength)}' for field 'collation.strength' is not a valid value.`,
    );
  const spec: Doc = {
    locale,
    caseLevel: value.caseLevel ?? false,
    caseFirst: value.caseFirst ?? 'off',
    strength,
    numericOrdering: value.numericOrdering ?? false,
    alternate: value.alternate ?? 'non-ignorable',
    maxVariable: value.maxVariable ?? 'punct',
    normalization: value.normalization ?? false,
    backwards: value.backwards ?? false,
    version: '57.1',
  };
  const name = JSON.stringify(spec);
  const cached = known.get(name);
  if (cached) return cached;
  const tag = locale.replaceAll('_', '-').replace(/@collation=(\w+)$/, '-u-co-$1');
  let collator: Intl.Collator;
  try {
    if (Intl.Collator.supportedLocalesOf([tag]).length === 0) throw new RangeError(`no locale ${tag}`);
    collator = new Intl.Collator(tag, {
      usage: 'sort',
      sensitivity: sensitivity(strength, spec.caseLevel === true),
      numeric: spec.numericOrdering === true,
      ignorePunctuation: spec.alternate === 'shifted',
      caseFirst: spec.caseFirst === 'off' ? 'false' : (spec.caseFirst as 'upper' | 'lower'),
    });
  } catch (cause) {
    throw new CommandError(2, `Field 'locale' is invalid in: { locale: "${locale}" }`, { cause });
  }
  const order: TextOrder =
    strength === 5
      ? (left, right) => collator.compare(left, right) || compareText(left, right)
      : (left, right) => (left === right ? 0 : collator.compare(left, right));
  const collation = { order, spec, name };
  if (known.size < 100) known.set(name, collation);
  return collation;
};

export const sameCollation = (left: Collation | undefined, right: Collation | undefined): boolean =>
  left?.name === right?.name;
