/** The parts of a service's specification that the twin acts by; all else is kept as it came. Durations are nanoseconds. */
export interface TaskTemplate {
  ContainerSpec?: {
    Image: string;
    Labels?: Record<string, string>;
    Env?: string[];
    Command?: string[];
    Args?: string[];
    Mounts?: {
      Type?: string;
      Source?: string;
      Target?: string;
      VolumeOptions?: { Labels?: Record<string, string> };
    }[];
    Secrets?: FileReference[];
    Configs?: FileReference[];
    Healthcheck?: { Test?: string[]; Interval?: number; Retries?: number; StartPeriod?: number };
    StopGracePeriod?: number;
  };
  RestartPolicy?: { Condition?: string; Delay?: number; MaxAttempts?: number };
  Placement?: { Constraints?: string[] };
  Networks?: { Target: string; Aliases?: string[] }[];
}

/** A secret or a config that a container sees as a file. */
interface FileReference {
  SecretID?: string;
  SecretName?: string;
  ConfigID?: string;
  ConfigName?: string;
  File?: { Name?: string };
}

export interface Port {
  Protocol?: string;
  TargetPort?: number;
  PublishedPort?: number;
  PublishMode?: string;
}

export interface UpdateConfig {
  Parallelism?: number;
  Delay?: number;
  FailureAction?: string;
  Monitor?: number;
  Order?: string;
}

export interface ServiceSpec {
  Name: string;
  Labels: Record<string, string>;
  TaskTemplate: TaskTemplate;
  Mode: {
    Replicated?: { Replicas?: number };
    Global?: object;
    ReplicatedJob?: { TotalCompletions?: number };
  };
  UpdateConfig?: UpdateConfig;
  RollbackConfig?: UpdateConfig;
  EndpointSpec?: { Mode?: string; Ports?: Port[] };
}

export const milliseconds = (nanoseconds: number): number => nanoseconds / 1_000_000;

/** As the engine keeps what it was sent: with what it adds, and `HealthCheck` under the name that it has in the engine. */
export function kept(sent: ServiceSpec): ServiceSpec {
  const { TaskTemplate: template, ...rest } = structuredClone(sent);
  const { HealthCheck, ...container } = (template.ContainerSpec ?? {}) as NonNullable<
    TaskTemplate['ContainerSpec']
  > & { HealthCheck?: NonNullable<TaskTemplate['ContainerSpec']>['Healthcheck'] };
  return {
    ...rest,
    Labels: rest.Labels ?? {},
    Mode: rest.Mode && Object.keys(rest.Mode).length ? rest.Mode : { Replicated: { Replicas: 1 } },
    TaskTemplate: {
      ...template,
      ContainerSpec: {
        ...container,
        ...(HealthCheck ? { Healthcheck: HealthCheck } : {}),
        ...{ Isolation: 'default' },
      },
      ...(template.RestartPolicy ? { RestartPolicy: { MaxAttempts: 0, ...template.RestartPolicy } } : {}),
      ...{ ForceUpdate: (template as { ForceUpdate?: number }).ForceUpdate ?? 0, Runtime: 'container' },
    },
  };
}

/** What is sent, under the names of the published schema: the engine takes names in any case, and says this one in its own. */
export function asPublished(body: unknown): unknown {
  const container = (body as { TaskTemplate?: { ContainerSpec?: Record<string, unknown> } } | undefined)
    ?.TaskTemplate?.ContainerSpec;
  if (!container || !('Healthcheck' in container)) return body;
  const copy = structuredClone(body) as { TaskTemplate: { ContainerSpec: Record<string, unknown> } };
  const { Healthcheck, ...others } = container;
  copy.TaskTemplate.ContainerSpec = { ...others, HealthCheck: Healthcheck };
  return copy;
}

/** Whether a health check decides when a task runs. One without a test is its image's own. */
export const isChecked = ({ ContainerSpec }: TaskTemplate): boolean =>
  ContainerSpec?.Healthcheck !== undefined && ContainerSpec.Healthcheck.Test?.[0] !== 'NONE';

/** A task that is to end: nothing starts it again. */
export const isOneShot = (spec: ServiceSpec): boolean =>
  spec.TaskTemplate.RestartPolicy?.Condition === 'none' || spec.Mode.ReplicatedJob !== undefined;
