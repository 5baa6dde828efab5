/** Names whose values are secrets by their meaning. */
export const looksSecret = (name: string): boolean =>
  /(^|_)(KEY|SECRET|PASSWORD|PASS|TOKEN|CREDENTIALS?)($|_)/.test(name.toUpperCase());

const placeholder =
  /^(x{3,}|\*{3,}|\.{3,}|<.*>|\$\{.*\}|(change|replace|fill)[-_ ]?(me|this|it|in)\b.*|your[-_ ].*|todo|tbd|dummy|example|placeholder|secret|password|test)$/i;

/** A value that somebody meant to replace. */
export const isPlaceholder = (value: string): boolean =>
  placeholder.test(value.trim()) ||
  /change[-_ ]?me|replace[-_ ]?me|your[-_ ]?(api[-_ ]?)?(key|secret|token)/i.test(value);

/** Shannon entropy of a text in bits: what it would take to write it down knowing only how often each character occurs in it. */
export function entropyBits(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  const length = [...text].length;
  let bits = 0;
  for (const count of counts.values()) bits -= count * Math.log2(count / length);
  return bits;
}
