/** Any text as a name that the config takes: small letters, digits and -, beginning with a letter, at most 31. */
export function nameOf(text: string, otherwise = 'web'): string {
  const name = text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 31)
    .replace(/-+$/, '');
  return name === '' ? otherwise : name;
}

/** Gives names that nothing else has. */
export class Names {
  readonly #taken = new Set<string>();

  take(text: string): string {
    const wanted = nameOf(text);
    let name = wanted;
    for (let i = 2; this.#taken.has(name); i++) name = `${wanted.slice(0, 28)}-${i}`;
    this.#taken.add(name);
    return name;
  }
}
