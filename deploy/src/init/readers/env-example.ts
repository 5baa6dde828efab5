import type { Variable } from '../found.ts';

const assignment = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=[^\S\n]*(.*)$/;
const commentedOut = /^\s*#\s*([A-Z][A-Z0-9_]*)\s*=[^\S\n]*(\S*)\s*$/;

/**
 * `.env.example`: the settings that a project reads. One that is commented out, or called optional by the comment above or behind it, may
 * be missing. Lines that are no settings are passed over: it is written for people.
 */
export function readEnvExample(text: string): Variable[] {
  const found = new Map<string, Variable>();
  let above: string[] = [];
  for (const line of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    const [, name, rest = ''] = assignment.exec(line) ?? [];
    const [, quiet, quietValue = ''] = commentedOut.exec(line) ?? [];
    if (name) {
      const { value, remark } = valueIn(rest);
      const said = [...above, remark].join(' ');
      found.set(name, { name, value, ...kindBy(said) });
      above = [];
    } else if (quiet && !found.has(quiet)) {
      found.set(quiet, { name: quiet, value: valueIn(quietValue).value, is: 'optional' });
    } else {
      const [, comment] = /^\s*#+\s*(.*)$/.exec(line) ?? [];
      above = comment === undefined ? [] : [...above, comment];
    }
  }
  return [...found.values()];
}

function valueIn(rest: string): { value: string; remark: string } {
  const [, double, single, behind] = /^(?:"((?:\\"|[^"])*)"|'([^']*)')\s*(?:#(.*))?$/.exec(rest) ?? [];
  const quoted = double ?? single;
  if (quoted !== undefined) return { value: quoted, remark: behind ?? '' };
  const at = rest.search(/(^|\s)#/);
  return at < 0
    ? { value: rest.trim(), remark: '' }
    : { value: rest.slice(0, at).trim(), remark: rest.slice(at).replace(/^\s*#/, '') };
}

function kindBy(said: string): Pick<Variable, 'is' | 'own' | 'why'> {
  if (/\boptional\b|\bif you (want|use|need)\b/i.test(said)) return { is: 'optional' };
  if (!/openssl rand|\brandom\b|randomBytes|uuidgen|pwgen/i.test(said)) return {};
  if (!/\b-?hex\b/.test(said)) return { is: 'generated' };
  return {
    own: false,
    why: 'the example asks for hex, which generated() does not give: openssl rand -hex 32',
  };
}
