import { z } from 'zod';
import { Unreadable } from '../found.ts';

const texts = z.record(z.string(), z.string());
const packageSchema = z.looseObject({
  name: z.string().optional(),
  main: z.string().optional(),
  scripts: texts.optional(),
  dependencies: texts.optional(),
  devDependencies: texts.optional(),
  packageManager: z.string().optional(),
  workspaces: z.union([z.array(z.string()), z.looseObject({ packages: z.array(z.string()) })]).optional(),
});

export interface Package {
  readonly name: string | undefined;
  readonly main: string | undefined;
  readonly scripts: Readonly<Record<string, string>>;
  /** What it needs when it runs. */
  readonly dependencies: ReadonlySet<string>;
  readonly devDependencies: ReadonlySet<string>;
  /** Globs of folders. */
  readonly workspaces: readonly string[];
}

/** @throws {Unreadable} for what is no JSON, or no package. */
export function readPackage(text: string): Package {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new Unreadable(`it is no JSON: ${(error as Error).message}`);
  }
  const { data, error } = packageSchema.safeParse(json);
  if (!data) {
    const [issue] = error.issues;
    throw new Unreadable(`${issue?.path.join('.') || 'it'} is not what npm has there: ${issue?.message}`);
  }
  const { workspaces = [] } = data;
  return {
    name: data.name,
    main: data.main,
    scripts: data.scripts ?? {},
    dependencies: new Set(Object.keys(data.dependencies ?? {})),
    devDependencies: new Set(Object.keys(data.devDependencies ?? {})),
    workspaces: 'packages' in workspaces ? workspaces.packages : workspaces,
  };
}
