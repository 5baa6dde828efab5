import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { packageOf } from '../backup/src/program.ts';

/** The folder of the package of a module: the nearest `package.json` with a name; some folders inside of packages have one without. */
async function named(
  file: string,
): Promise<{ folder: string; name: string; version: string; license: string }> {
  for (let from = file; ; ) {
    const folder = packageOf(from);
    const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    if (name && version) return { folder, name, version, license: license ?? 'see below' };
    from = dirname(folder);
  }
}

/**
 * What must be said of the packages whose code is in a bundle: name, version, licence and the licence's own text.
 * @throws {Error} for a package without a licence
 */
export async function noticesFor(modules: readonly string[]): Promise<string> {
  const found = new Map<string, string>();
  for (const module of modules) {
    const { folder, name, version, license } = await named(module);
    if (found.has(`${name} ${version}`)) continue;
    const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file));
    const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
    if (texts.length === 0 && license === 'see below') throw new Error(`${name} says no licence`);
    found.set(
      `${name} ${version}`,
      `## ${name} ${version} (${license})\n\n${texts.map((text) => `\`\`\`text\n${text.trim()}\n\`\`\`\n`).join('\n')}`,
    );
  }
  const sorted = [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
  return `# Notices\n\nThis package holds code of these:\n\n${sorted.join('\n')}`;
}
