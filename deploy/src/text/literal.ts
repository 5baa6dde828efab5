/** Code that stands for itself among values. */
export class Code {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/**
 * A value of a program. A key of an object that begins with `...` is spread, and its value is of no interest. What is undefined is left
 * out.
 */
export type Literal =
  | string
  | number
  | boolean
  | Code
  | readonly Literal[]
  | { readonly [key: string]: Literal | undefined };

const width = 110;

/** A value as TypeScript, in lines no longer than 110 characters where that is possible. `indent`: that of the line it begins in. */
export function literal(value: Literal, indent = ''): string {
  if (value instanceof Code) return value.text;
  if (typeof value === 'string') return textLiteral(value);
  if (typeof value !== 'object') return String(value);
  const deeper = `${indent}  `;
  const parts = Array.isArray(value)
    ? value.map((one: Literal) => literal(one, deeper))
    : Object.entries(value).flatMap(([key, one]: [string, Literal | undefined]) => {
        if (one === undefined) return [];
        return [key.startsWith('...') ? key : `${name(key)}: ${literal(one, deeper)}`];
      });
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{ ', ' }'];
  if (parts.length === 0) return `${open}${close}`.replaceAll(' ', '');
  const line = `${open}${parts.join(', ')}${close}`;
  if (line.length + indent.length < width - 20 && !line.includes('\n')) return line;
  return `${open.trim()}\n${parts.map((part) => `${deeper}${part},\n`).join('')}${indent}${close.trim()}`;
}

const name = (key: string): string => (/^[A-Za-z_$][\w$]*$/.test(key) ? key : textLiteral(key));

/** In the quotes that need the fewest backslashes; several lines stay several lines. */
function textLiteral(text: string): string {
  const plain = text.replaceAll('\\', '\\\\');
  if (text.includes('\n')) return `\`${plain.replaceAll('`', '\\`').replaceAll('${', '\\${')}\``;
  return text.includes("'") && !text.includes('"') ? `"${plain}"` : `'${plain.replaceAll("'", "\\'")}'`;
}
