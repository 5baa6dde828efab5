const line = '"deploy": "conductor deploy"';

/** `package.json` with a script that deploys, everything else as it was written; undefined where it has one, or cannot be read. */
export function withDeployScript(text: string): string | undefined {
  let parsed: { scripts?: Record<string, unknown> } | null;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
  const { scripts } = parsed;
  if (scripts !== undefined && (typeof scripts !== 'object' || scripts === null || Array.isArray(scripts)))
    return undefined;
  if (scripts && Object.hasOwn(scripts, 'deploy')) return undefined;
  const [, indent = '  '] = /^([ \t]+)"/m.exec(text) ?? [];
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  const isEmpty = Object.keys(scripts ?? parsed).length === 0;
  const close = closingOf(text, scripts ? 'scripts' : undefined);
  const before = text.slice(0, close).trimEnd();
  const after = text.slice(close);
  const own = scripts
    ? `${indent}${indent}${line}${end}${indent}`
    : `${indent}"scripts": {${end}${indent}${indent}${line}${end}${indent}}${end}`;
  return `${before}${isEmpty ? '' : ','}${end}${own}${after}`;
}

/** Where the object under a key of the outermost one ends, or that one itself. */
function closingOf(text: string, key: string | undefined): number {
  let depth = 0;
  let name: string | undefined;
  let within = false;
  for (const { 0: token, index } of text.matchAll(/"(?:\\.|[^"\\])*"|[{}[\]:,]/g)) {
    if (token.startsWith('"')) {
      if (depth === 1) name = JSON.parse(token);
    } else if (token === '{' || token === '[') {
      depth++;
      if (depth === 2 && token === '{') within = name === key;
    } else if (token === '}' || token === ']') {
      depth--;
      if (depth === 0 && key === undefined) return index;
      if (depth === 1 && within && token === '}') return index;
    }
  }
  return text.length;
}
