import type { Clock } from 'conductor-backup/retry';
import type { z } from 'zod';
import { ConductorError, exitCode } from '../../errors.ts';
import { findOrCreate } from '../create.ts';
import type { TargetContext } from '../kind.ts';
import { isRefused, PlatformRefusal } from '../refusal.ts';
import type { Api, RailwayToken } from './api.ts';
import type { RailwaySettings } from './index.ts';
import { operations } from './operations.ts';

/** Where the environment is on Railway. */
export interface Place {
  readonly project: string;
  readonly environment: string;
  /** Null with a project token, which does not see it. */
  readonly workspace: string | null;
}

/** The names that Railway's own command line uses. An account's or workspace's token goes first: it can create. */
export async function railwayToken(context: TargetContext): Promise<RailwayToken> {
  const account = await context.credential('RAILWAY_API_TOKEN');
  if (account) return { kind: 'account', value: account };
  const project = await context.credential('RAILWAY_TOKEN');
  if (project) return { kind: 'project', value: project };
  throw new ConductorError({
    code: 'railway.no-token',
    message: 'There is no token for Railway.',
    hint: 'Make one at https://railway.com/account/tokens and set RAILWAY_API_TOKEN (account or workspace) or RAILWAY_TOKEN (one project’s environment).',
    exit: exitCode.usage,
  });
}

/** Milliseconds for which it is taken for granted that nothing is there, within one command. */
const fresh = 5_000;

/** Finds the project and its environment, and makes them when asked to. */
export class Account {
  readonly #api: Api;
  readonly #token: RailwayToken;
  readonly #context: TargetContext<RailwaySettings>;
  readonly #clock: Clock;
  #place: Place | undefined;
  #workspace: string | undefined;
  #regionExists: boolean | undefined;
  /** Milliseconds since the epoch when it was last seen that nothing is there. */
  #absentAt = -Infinity;
  #made: string | undefined;

  constructor(api: Api, token: RailwayToken, context: TargetContext<RailwaySettings>, clock: Clock) {
    this.#api = api;
    this.#token = token;
    this.#context = context;
    this.#clock = clock;
  }

  get projectName(): string {
    return this.#context.settings.name ?? this.#context.project;
  }

  /** Id of the project, when it was this command that has made it. */
  get made(): string | undefined {
    return this.#made;
  }

  /** Null where nothing has been made yet. */
  async find(): Promise<Place | null> {
    if (this.#place) return this.#place;
    if (this.#token.kind === 'project') return this.#findByToken();
    if (this.#clock.now() < this.#absentAt + fresh) return null;
    const workspace = await this.workspace();
    const project = await this.#findProject(workspace);
    const environment = project?.environments.find(({ name }) => name === this.#context.environment);
    if (!project || !environment) {
      this.#absentAt = this.#clock.now();
      return null;
    }
    this.#place = { project: project.id, environment: environment.id, workspace };
    return this.#place;
  }

  async findOrCreate(): Promise<Place> {
    const found = await this.find();
    if (found) return found;
    const workspace = await this.workspace();
    await this.checkRegion();
    const project = await findOrCreate({
      find: () => this.#findProject(workspace),
      create: async () => {
        const project = (await this.#createProject(workspace)).projectCreate;
        this.#made = project.id;
        return project;
      },
      clock: this.#clock,
      doubles: true,
    });
    const known = ({ environments }: typeof project) =>
      environments.find(({ name }) => name === this.#context.environment);
    const environment =
      known(project) ??
      (await findOrCreate({
        find: async () => known((await this.#findProject(workspace)) ?? project),
        create: async () => (await this.#createEnvironment(project.id)).environmentCreate,
        clock: this.#clock,
      }));
    this.#place = { project: project.id, environment: environment.id, workspace };
    return this.#place;
  }

  /** Fails for a region that Railway does not have: before anything is made, because some calls ignore a wrong one. */
  async checkRegion(): Promise<void> {
    const { region } = this.#context.settings;
    if (!region || this.#regionExists) return;
    const { regions } = await this.#api(operations.regions);
    this.#regionExists = regions.some(({ name }) => name === region);
    if (this.#regionExists) return;
    const names = regions.map(({ name }) => name).join(', ');
    throw new PlatformRefusal('Railway', 'region', {
      said: `"${region}"`,
      hint: `Set \`region\` in railway({ … }) to one of: ${names}.`,
    });
  }

  /** Id of the workspace that owns the project. */
  async workspace(): Promise<string> {
    this.#workspace ??= await this.#findWorkspace();
    return this.#workspace;
  }

  async #findWorkspace(): Promise<string> {
    const { workspaces } = await this.#workspaces();
    const wanted = this.#context.settings.workspace;
    const fitting = wanted
      ? workspaces.filter(({ id, name }) => id === wanted || name === wanted)
      : workspaces;
    if (fitting.length === 1) return fitting[0]!.id;
    throw new ConductorError({
      code: 'railway.workspace',
      message: wanted
        ? `The token sees no workspace "${wanted}" on Railway.`
        : `The token sees ${workspaces.length} workspaces on Railway, so it is not clear which one to use.`,
      hint: `Set \`workspace\` in railway({ … }) to one of: ${workspaces.map(({ name }) => name).join(', ') || '(none)'}.`,
      exit: exitCode.usage,
    });
  }

  /** Null with a project token, which does not see it. */
  async workspaceIfSeen(): Promise<string | null> {
    return this.#token.kind === 'project' ? null : this.workspace();
  }

  async #workspaces() {
    try {
      return (await this.#api(operations.account)).apiToken;
    } catch (error) {
      // "Not Authorized" is also what Railway says of a dead token, and here there is nothing else to have a right to.
      if (!isRefused(error) || error.refusal !== 'scope') throw error;
      throw new PlatformRefusal('Railway', 'token', { said: error.message, cause: error });
    }
  }

  /** A project token says itself what it is for. What it is not for, it must not change. */
  async #findByToken(): Promise<Place> {
    const { project, environment } = await this.#ofToken();
    const { environment: wanted } = this.#context;
    if (environment.name !== wanted || project.name !== this.projectName) {
      throw new ConductorError({
        code: 'railway.token-of-another',
        message: `RAILWAY_TOKEN is for the environment ${environment.name} of the project ${project.name} on Railway, not for ${wanted} of ${this.projectName}.`,
        hint: `Make a token in the settings of ${this.projectName} on Railway for ${wanted}; if the project is called otherwise there, set \`name\` in railway({ … }).`,
        exit: exitCode.usage,
      });
    }
    this.#place = { project: project.id, environment: environment.id, workspace: null };
    return this.#place;
  }

  async #ofToken() {
    try {
      return (await this.#api(operations.projectToken)).projectToken;
    } catch (error) {
      if (!isRefused(error) || error.refusal !== 'scope') throw error;
      throw new PlatformRefusal('Railway', 'token', { said: error.message, cause: error });
    }
  }

  async #findProject(workspaceId: string) {
    let after: string | null = null;
    for (;;) {
      const { projects }: z.output<typeof operations.projects.data> = await this.#api(operations.projects, {
        workspaceId,
        after,
      });
      const nodes = projects.edges.map(({ node }) => node);
      const found = nodes.find((node) => node.name === this.projectName && node.deletedAt === null);
      if (found) return found;
      if (!projects.pageInfo.hasNextPage) return null;
      after = projects.pageInfo.endCursor;
    }
  }

  #createProject(workspaceId: string) {
    return this.#api(operations.createProject, {
      input: {
        name: this.projectName,
        workspaceId,
        defaultEnvironmentName: this.#context.environment,
        prDeploys: false,
      },
    });
  }

  #createEnvironment(projectId: string) {
    return this.#api(operations.createEnvironment, {
      input: { projectId, name: this.#context.environment, skipInitialDeploys: true },
    });
  }
}
