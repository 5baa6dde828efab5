import type { ProjectInput } from './schema.ts';

/** Describes a project. The value is checked when a command loads it, with every mistake named by its path. */
export const defineConfig = (config: ProjectInput): ProjectInput => config;
