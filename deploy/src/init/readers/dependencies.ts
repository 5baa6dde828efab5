/** Names of the libraries that `requirements.txt`, `pyproject.toml`, `Pipfile`, `go.mod` or a `Gemfile` asks for: as much as tells what a project is made with. */
export function readDependencies(file: string, text: string): string[] {
  const name = file.split('/').at(-1);
  const found =
    name === 'go.mod'
      ? text.matchAll(/^\s*(?:require\s+)?([a-z0-9][\w.-]*\.[a-z]+\/\S+)\s+v\d/gim)
      : name === 'Gemfile'
        ? text.matchAll(/^\s*gem\s+["']([\w-]+)["']/gm)
        : name === 'requirements.txt'
          ? text.matchAll(/^\s*([A-Za-z0-9][\w.-]*)/gm)
          : // pyproject.toml and Pipfile: words that begin a line or a text.
            text.matchAll(/(?:^|["'])\s*([A-Za-z0-9][\w.-]*)(?=\s*(?:[=<>~!;["']|$))/gm);
  return [...new Set([...found].map(([, library = '']) => library.toLowerCase()))];
}

/** Files that name libraries of a language other than JavaScript. */
export const dependencyFiles = ['requirements.txt', 'pyproject.toml', 'Pipfile', 'go.mod', 'Gemfile'];
