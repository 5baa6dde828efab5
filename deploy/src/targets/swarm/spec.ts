import type { Service } from '../../model/service.ts';
import { imageStart } from '../shell-words.ts';
import type { Rendered } from '../variables.ts';
import type { SwarmSettings } from './index.ts';
import { label, labelsOf, networkName, serviceName } from './names.ts';
import { settingsName, withSettings } from './settings-file.ts';

/** Nanoseconds, as the engine wants durations. */
export const nanoseconds = (seconds: number): number => Math.round(seconds * 1e9);

/** What a service of Swarm is to be, as `POST /services/create` takes it. */
export interface ServiceSpec {
  readonly Name: string;
  readonly Labels: Readonly<Record<string, string>>;
  readonly TaskTemplate: Readonly<Record<string, unknown>>;
  readonly Mode: { readonly Replicated: { readonly Replicas: number } };
  readonly EndpointSpec: Readonly<Record<string, unknown>>;
  readonly [more: string]: unknown;
}

/** An image that is on every node, as far as a specification needs to know it. */
export interface LoadedImage {
  /** `sha256:…` or `name@sha256:…`: for neither of them does a node ask a registry again. */
  readonly reference: string;
  /** What starts it where nobody says otherwise. */
  readonly words: readonly string[];
  /** The user whom it runs as; empty: root. */
  readonly user: string;
}

export interface Part {
  readonly whose: { readonly project: string; readonly environment: string };
  readonly settings: Pick<SwarmSettings, 'memory'>;
  readonly service: Service;
  readonly version: string;
  readonly image: LoadedImage;
  readonly variables: Readonly<Record<string, Rendered>>;
  readonly fingerprints: Readonly<Record<string, string>>;
  /** The secret that holds the settings; null: there are none. */
  readonly secret: { readonly id: string; readonly name: string } | null;
  /** Version of the engine's API. */
  readonly api: number;
}

/** Rotated, so that no chatty service fills the disk. */
export const logs = { Name: 'json-file', Options: { 'max-size': '10m', 'max-file': '3' } } as const;

/** Processes and threads in a container: a runaway must not take the machine with it. */
const processes = 1_024;

/**
 * The image's own check says whether a process is alive, and a sick one is replaced. It is asked soon while it starts, because nothing takes
 * requests before it is well: where the engine has no other pace for that, often all the time, though each question costs it some 30 ms of a
 * processor.
 */
const healthCheck = (deadline: number, api: number) => ({
  ...(api >= 1.44
    ? { Interval: nanoseconds(10), StartInterval: nanoseconds(1) }
    : { Interval: nanoseconds(2) }),
  StartPeriod: nanoseconds(deadline),
});

/** A container of a service, whoever runs it: as one of its replicas, or for a command beside them. */
export function containerOf(part: Part, words: readonly string[] = imageStart(part.service)) {
  const { service, image, variables, secret } = part;
  const program = words.length > 0 ? words : image.words;
  const plain = Object.entries(variables).filter(([, { secret: hidden }]) => !hidden);
  return {
    Image: image.reference,
    Command: secret ? withSettings(program) : program,
    Env: plain.map(([name, { value }]) => `${name}=${value}`),
    Labels: labelsOf(part.whose, 'service', {
      [label.name]: service.name,
      [label.release]: part.version,
    }),
    Init: true,
    StopGracePeriod: nanoseconds(Math.max(1, service.drain)),
    // Who is not root needs none of root's rights; who is, starts as its image's maker has meant it.
    ...(isRoot(image.user) ? {} : { CapabilityDrop: ['ALL'] }),
    ...(secret && {
      Secrets: [
        {
          SecretID: secret.id,
          SecretName: secret.name,
          File: { Name: settingsName, UID: '0', GID: '0', Mode: 0o444 },
        },
      ],
    }),
  };
}

const isRoot = (user: string): boolean => /^(|0|root)(:|$)/.test(user);

const resources = ({ memory }: Pick<SwarmSettings, 'memory'>) => ({
  Limits: { Pids: processes, ...(memory !== undefined && { MemoryBytes: memory * 1024 * 1024 }) },
});

/** A service of one release, for `replicas` of it. */
export function serviceSpec(part: Part, replicas: number): ServiceSpec {
  const { whose, service, version } = part;
  return {
    Name: serviceName(whose, service.name, version),
    Labels: labelsOf(whose, 'service', {
      [label.name]: service.name,
      [label.release]: version,
      [label.replicas]: String(service.replicas),
      [label.singleton]: String(service.singleton),
      ...(service.health && { [label.health]: service.health.path }),
      [label.fingerprints]: JSON.stringify(part.fingerprints),
    }),
    TaskTemplate: {
      ContainerSpec: {
        ...containerOf(part),
        HealthCheck: healthCheck(service.health?.deadline ?? 30, part.api),
      },
      Resources: resources(part.settings),
      RestartPolicy: { Condition: 'any', Delay: nanoseconds(1) },
      Networks: [{ Target: networkName(whose) }],
      LogDriver: logs,
    },
    Mode: { Replicated: { Replicas: replicas } },
    // Every address of it is given to who asks for its name; the engine's own balancing would hide which replica answers.
    EndpointSpec: { Mode: 'dnsrr' },
  };
}

/** A command that runs once with a service's code and settings: it is not started again, whatever it ends with. */
export function taskSpec(part: Part, name: string, role: 'task', words: readonly string[]): ServiceSpec {
  const { whose, service, version } = part;
  return {
    Name: name,
    Labels: labelsOf(whose, role, { [label.name]: service.name, [label.release]: version }),
    TaskTemplate: {
      ContainerSpec: { ...containerOf(part, words), HealthCheck: { Test: ['NONE'] } },
      Resources: resources(part.settings),
      // Not a job: those ran again and again after the managers had lost one another (moby/moby#53632).
      RestartPolicy: { Condition: 'none' },
      Networks: [{ Target: networkName(whose) }],
      LogDriver: logs,
    },
    Mode: { Replicated: { Replicas: 1 } },
    EndpointSpec: { Mode: 'dnsrr' },
  };
}
