/** `.gitignore` with what Conductor keeps on this machine; undefined where that is ignored already. */
export function withIgnored(text: string | undefined, isNode: boolean): string | undefined {
  const own = '.conductor/';
  if (text === undefined) return `${isNode ? 'node_modules/\n' : ''}${own}\n`;
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  if (lines.some((line) => /^(\*\*\/|\/)?\.conductor\/?(\*\*?)?$/.test(line))) return undefined;
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  return `${text}${text === '' || text.endsWith('\n') ? '' : end}${own}${end}`;
}
