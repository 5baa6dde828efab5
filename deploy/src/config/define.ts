import type { ProjectInput } from './input.generated.ts';

/** Describes a project. The value is checked when a command loads it, with every mistake named by its path. */
export const defineConfig = (config: ProjectInput): ProjectInput => config;
