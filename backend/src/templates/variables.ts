import { invalid } from '../problem.ts';

/** What a template or an e-mail may ask to be filled in, as `{{name}}`. */
export const variables = [
  'first_name',
  'full_name',
  'job_title',
  'company',
  'city',
  'deal_title',
  'deal_amount',
  'sender_name',
  'sender_email',
  'signature',
  'organisation',
  'today',
] as const;
export type Variable = (typeof variables)[number];
/** What is known; what is missing or empty cannot be filled in. */
export type Values = Partial<Record<Variable, string>>;

const placeholder = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** The variables that texts use, each once, in the order they appear. */
export function variablesOf(...texts: readonly string[]): Variable[] {
  const used = texts.flatMap((text) => [...text.matchAll(placeholder)].map(([, name]) => name as Variable));
  return [...new Set(used)];
}

/** Refuses variables that nobody could fill in; `pointer` says where they stand. */
export function refuseUnknownVariables(pointer: string, text: string): void {
  const unknown = variablesOf(text).find((name) => !variables.includes(name));
  if (unknown !== undefined)
    throw invalid(
      pointer,
      'variable.unknown',
      `There is no variable {{${unknown.slice(0, 40)}}}. There are: ${variables.join(', ')}.`,
    );
}

/** Fills the variables in. Those without a value stay as they are, and `missing` names them. */
export function fillIn(
  text: string,
  values: Values,
  write: (value: string) => string = (value) => value,
): { text: string; missing: Variable[] } {
  const missing: Variable[] = [];
  const filled = text.replace(placeholder, (whole, name: Variable) => {
    const value = values[name]?.trim();
    if (!value) missing.push(name);
    return value ? write(value) : whole;
  });
  return { text: filled, missing: [...new Set(missing)] };
}
