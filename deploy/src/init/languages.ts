import type { Folder } from './folder.ts';
import type { Command, FoundService } from './found.ts';
import { nameOf } from './names.ts';
import { readDependencies } from './readers/dependencies.ts';

/** Files of code by which is known what a folder in another language than JavaScript serves. */
export const codeFiles = ['main.go', 'app.py', 'main.py', 'wsgi.py', 'asgi.py'];

/** The service of a folder in Go or Python that says how it starts by its code alone; none where that takes more. */
export const languageServices = (folder: Folder): FoundService[] => [
  ...goService(folder),
  ...pythonService(folder),
];

const called = ({ path }: Folder, visited: boolean): string =>
  path === '.' ? (visited ? 'web' : 'worker') : nameOf(path.split('/').at(-1)!);

function goService(folder: Folder): FoundService[] {
  const { names, texts, path } = folder;
  const code = texts.get('main.go');
  if (!names.has('go.mod') || code === undefined || !/^package main$/m.test(code)) return [];
  const visited = /"net\/http"|gin-gonic\/gin|labstack\/echo|gofiber\/fiber/.test(code);
  return [
    { name: called(folder, visited), root: path, build: 'go build -o server .', start: './server', visited },
  ];
}

/** Folder of the release into which pip installs: no other Python on the machine is touched. */
const packages = '.packages';

/** How the libraries of a Python folder are installed; undefined where it does not list them. */
const pipInstall = ({ names }: Pick<Folder, 'names'>): string | undefined =>
  names.has('requirements.txt')
    ? `python3 -m pip install --target ${packages} -r requirements.txt`
    : undefined;

function pythonService(folder: Folder): FoundService[] {
  const { texts, path } = folder;
  const build = pipInstall(folder);
  if (build === undefined) return [];
  const libraries = readDependencies('requirements.txt', texts.get('requirements.txt') ?? '');
  const common = { name: called(folder, true), root: path, build, visited: true };
  for (const [file, text] of texts) {
    const [, object, framework] = /^(\w+)\s*=\s*(Flask|FastAPI|Starlette|Quart|Litestar)\(/m.exec(text) ?? [];
    if (!file.endsWith('.py') || object === undefined) continue;
    const where = `${file.slice(0, -'.py'.length)}:${object}`;
    if (framework === 'Flask' && libraries.includes('gunicorn'))
      return [{ ...common, start: `gunicorn ${where}` }];
    if (framework === 'Flask')
      return [
        {
          ...common,
          start: inShell(`python3 -m flask --app ${where} run --host 0.0.0.0 --port $PORT`),
          guesses: { start: 'it is the server for development: add gunicorn to requirements.txt' },
        },
      ];
    if (libraries.includes('uvicorn') || libraries.includes('fastapi'))
      return [{ ...common, start: inShell(`python3 -m uvicorn ${where} --host 0.0.0.0 --port $PORT`) }];
  }
  // How it starts is said elsewhere, in a Procfile say.
  return [common];
}

const inShell = (line: string): Command => ['sh', '-c', `exec ${line}`];

/** Programs that a Python library brings, which are found as its modules. */
const modules = /^(gunicorn|uvicorn|hypercorn|daphne|celery|flask|alembic|streamlit|rq|waitress)\s/;

/** Where pip has installed into the release, what runs is found there. */
export function withPythonPackages(service: FoundService): FoundService {
  const { build, start, variables, more } = service;
  if (typeof build !== 'string' || !build.includes(`--target ${packages}`)) return service;
  return {
    ...service,
    ...(typeof start === 'string' && modules.test(start) && { start: `python3 -m ${start}` }),
    variables: [...(variables ?? []), { name: 'PYTHONPATH', value: packages }],
    more: variables === undefined ? true : more,
  };
}
