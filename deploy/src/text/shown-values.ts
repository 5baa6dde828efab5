/** Characters of a value that are shown: more would hide which setting it is, in a terminal of usual width. */
const most = 60;
/** Characters shown before the first that differs. */
const lead = 15;

/**
 * Values for one line of a terminal: what cannot be seen is written out, blank ones are in quotes, and of long ones the part is shown in which
 * they differ.
 */
export function shownValues(values: readonly string[]): string[] {
  const texts = values.map((value) => [...visible(value)]);
  const [first = [], second] = texts;
  const differ =
    second === undefined
      ? 0
      : Math.max(
          0,
          first.findIndex((letter, i) => letter !== second[i]),
        );
  const start = texts.some(({ length }) => length > most) ? Math.max(0, differ - lead) : 0;
  return texts.map((letters) => {
    const end = start + most;
    return `${start > 0 ? '…' : ''}${letters.slice(start, end).join('')}${letters.length > end ? '…' : ''}`;
  });
}

const words: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function visible(value: string): string {
  const text = value.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (letter) => words[letter] ?? `\\u{${letter.codePointAt(0)!.toString(16)}}`,
  );
  return text.trim() === text && text !== '' ? text : `"${text}"`;
}
