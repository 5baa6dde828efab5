/** Source code as data: written so that Prettier and Biome find nothing to change in it. */
export type Code = string | number | boolean | Raw | Call | Block | readonly Code[];

/** Code that stands for itself, such as `store('mongodb').url`. */
export class Raw {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** `generated(32)` */
export class Call {
  readonly name: string;
  readonly args: readonly Code[];
  constructor(name: string, ...args: readonly Code[]) {
    this.name = name;
    this.args = args;
  }
}

/** One line of an object: a field, something spread, a blank line, or only what is said. */
export interface Line {
  readonly comment?: readonly string[];
  readonly key?: string;
  readonly value?: Code;
  /** Written without a key: `...shared`, `settings`. */
  readonly bare?: string;
  /** Written as a comment: ready, but not in force. */
  readonly off?: boolean;
}

/** An object; `flat` ones stay in one line where there is room. */
export class Block {
  readonly lines: readonly Line[];
  readonly flat: boolean;
  constructor(lines: readonly Line[], { flat = false } = {}) {
    this.lines = lines;
    this.flat = flat;
  }
}

/** Columns of a line, as Prettier and Biome have them by themselves. */
const width = 80;

/** A value as code. `indent`: columns before its line; `used`: columns of its line that something else takes. */
export function written(value: Code, indent: number, used = indent): string {
  const flat = flatly(value);
  if (flat !== undefined && used + flat.length <= width) return flat;
  const inner = indent + 2;
  const [pad, close] = [' '.repeat(inner), ' '.repeat(indent)];
  if (Array.isArray(value))
    return `[\n${value.map((one) => `${pad}${written(one, inner, inner + 1)},\n`).join('')}${close}]`;
  if (value instanceof Block)
    return `{\n${value.lines.map((line) => written1(line, inner)).join('')}${close}}`;
  if (value instanceof Call) {
    const [only] = value.args;
    if (value.args.length === 1 && (only instanceof Block || Array.isArray(only)))
      return `${value.name}(${written(only as Code, indent, used + value.name.length + 2)})`;
    return `${value.name}(\n${value.args.map((one) => `${pad}${written(one, inner, inner + 1)},\n`).join('')}${close})`;
  }
  return flat ?? '';
}

function written1(line: Line, indent: number): string {
  const pad = ' '.repeat(indent);
  const comment = (line.comment ?? [])
    .flatMap((text) => wrapped(text, width - indent - 3))
    .map((text) => `${pad}// ${text}\n`)
    .join('');
  if (line.bare !== undefined) return `${comment}${pad}${line.bare},\n`;
  if (line.key === undefined) return comment === '' ? '\n' : comment;
  const field = fieldText(line.key, line.value!, line.off ? indent + 3 : indent);
  if (!line.off) return `${comment}${pad}${field},\n`;
  const lines = `${' '.repeat(indent + 3)}${field},`
    .split('\n')
    .map((text) => `${pad}// ${text.slice(indent + 3)}`);
  return `${comment}${lines.join('\n')}\n`;
}

function fieldText(key: string, value: Code, indent: number): string {
  const name = keyText(key);
  const text = written(value, indent, indent + name.length + 3);
  // A text that has no room beside its name goes below it.
  const room = indent + name.length + 3 + text.length <= width;
  return typeof value === 'string' && !room
    ? `${name}:\n${' '.repeat(indent + 2)}${text}`
    : `${name}: ${text}`;
}

const keyText = (key: string): string => (/^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key));

/** In one line; undefined for an object that takes several. */
function flatly(value: Code): string | undefined {
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object') return String(value);
  if (value instanceof Raw) return value.text;
  if (value instanceof Block) {
    if (value.lines.length === 0) return '{}';
    if (
      !value.flat ||
      value.lines.some(({ comment, key, bare }) => comment || (key === undefined && bare === undefined))
    )
      return undefined;
    const parts = value.lines.map(({ key, bare, value: one }) =>
      key === undefined ? bare! : `${keyText(key)}: ${flatly(one!)}`,
    );
    return `{ ${parts.join(', ')} }`;
  }
  const parts = (value instanceof Call ? value.args : (value as readonly Code[])).map(flatly);
  if (parts.includes(undefined)) return undefined;
  return value instanceof Call ? `${value.name}(${parts.join(', ')})` : `[${parts.join(', ')}]`;
}

/** In the quotes that need the fewest backslashes. */
function quoted(text: string): string {
  const plain = text
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll(/[\p{Cc}\u2028\u2029]/gu, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const count = (quote: string) => plain.split(quote).length;
  return count("'") > count('"') ? `"${plain.replaceAll('"', '\\"')}"` : `'${plain.replaceAll("'", "\\'")}'`;
}

/** Text of a comment in lines of at most so many columns; a word longer than that has its own. */
export function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter((each) => each !== '')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= columns)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
