import { z } from 'zod';
import { get, make, none, set } from '../rest.ts';

const labels = z
  .record(z.string(), z.string())
  .nullish()
  .transform((found) => found ?? {});
const version = z.object({ Index: z.number() });

/** The parts of a service of Swarm that we read. `Spec` is kept whole: an update has to send all of it back. */
const service = z.object({
  ID: z.string(),
  Version: version,
  CreatedAt: z.string().default(''),
  Spec: z.looseObject({
    Name: z.string(),
    Labels: labels,
    TaskTemplate: z.looseObject({
      ContainerSpec: z.looseObject({ Image: z.string(), Env: z.array(z.string()).nullish() }),
    }),
    Mode: z.looseObject({ Replicated: z.object({ Replicas: z.number().nullish() }).nullish() }),
  }),
  ServiceStatus: z.object({ RunningTasks: z.number(), DesiredTasks: z.number() }).optional(),
});
export type EngineService = z.output<typeof service>;

const task = z.object({
  ID: z.string(),
  ServiceID: z.string().default(''),
  NodeID: z.string().default(''),
  Slot: z.number().optional(),
  CreatedAt: z.string().default(''),
  DesiredState: z.string().default(''),
  Spec: z.looseObject({ ContainerSpec: z.looseObject({ Image: z.string().default('') }).optional() }),
  /** State: a word of the engine's; one that we do not know is never success. */
  Status: z.object({
    State: z.string(),
    Message: z.string().default(''),
    Err: z.string().default(''),
    ContainerStatus: z
      .object({ ContainerID: z.string().default(''), ExitCode: z.number().default(0) })
      .nullish(),
  }),
});
export type EngineTask = z.output<typeof task>;

const node = z.object({
  ID: z.string(),
  Version: version,
  Spec: z.looseObject({ Labels: labels, Role: z.string().default(''), Availability: z.string().default('') }),
  Description: z
    .object({
      Hostname: z.string().default(''),
      Platform: z.object({ Architecture: z.string().default('') }).optional(),
      Engine: z.object({ EngineVersion: z.string().default('') }).optional(),
    })
    .optional(),
  Status: z.object({ State: z.string(), Addr: z.string().default('') }),
  ManagerStatus: z
    .object({
      Leader: z.boolean().default(false),
      Reachability: z.string().default(''),
      Addr: z.string().default(''),
    })
    .nullish(),
});
export type EngineNode = z.output<typeof node>;

const info = z.object({
  ID: z.string().default(''),
  Name: z.string().default(''),
  ServerVersion: z.string().default(''),
  OperatingSystem: z.string().default(''),
  NCPU: z.number().default(0),
  MemTotal: z.number().default(0),
  Swarm: z
    .object({
      NodeID: z.string().default(''),
      NodeAddr: z.string().default(''),
      LocalNodeState: z.string().default('inactive'),
      ControlAvailable: z.boolean().default(false),
      Nodes: z.number().default(0),
      Managers: z.number().default(0),
      Error: z.string().default(''),
    })
    .default({
      NodeID: '',
      NodeAddr: '',
      LocalNodeState: 'inactive',
      ControlAvailable: false,
      Nodes: 0,
      Managers: 0,
      Error: '',
    }),
});
export type EngineInfo = z.output<typeof info>;

const kept = z.object({
  ID: z.string(),
  CreatedAt: z.string().default(''),
  Spec: z.object({ Name: z.string(), Labels: labels }),
});
/** A secret or a config; its data never come back. */
export type EngineFile = z.output<typeof kept>;

const network = z.object({ Id: z.string(), Name: z.string(), Driver: z.string(), Labels: labels });

const image = z.object({
  Id: z.string(),
  RepoTags: z.array(z.string()).nullish(),
  /** `name@sha256:…` of the registries that it came from. */
  RepoDigests: z.array(z.string()).nullish(),
  Size: z.number().default(0),
  Config: z
    .object({
      Entrypoint: z.array(z.string()).nullish(),
      Cmd: z.array(z.string()).nullish(),
      User: z.string().nullish(),
      Labels: labels,
    })
    .nullish(),
});
export type EngineImage = z.output<typeof image>;

const made = z.object({ ID: z.string() });

/** Operations of the Docker Engine API 1.41 (https://docs.docker.com/reference/api/engine/version/v1.41/), by what we use them for. */
export const operations = {
  info: get('SystemInfo', '/info', info),
  initSwarm: make('SwarmInit', 'POST', '/swarm/init', none),
  swarm: get(
    'SwarmInspect',
    '/swarm',
    z.object({ JoinTokens: z.object({ Worker: z.string(), Manager: z.string() }) }),
  ),
  // One that is part of a swarm refuses to join another.
  joinSwarm: make('SwarmJoin', 'POST', '/swarm/join', none),
  leaveSwarm: make('SwarmLeave', 'POST', '/swarm/leave', none),
  nodes: get('NodeList', '/nodes', z.array(node)),
  deleteNode: set('NodeDelete', 'DELETE', '/nodes/{id}', none),
  volumes: get(
    'VolumeList',
    '/volumes',
    z.object({ Volumes: z.array(z.object({ Name: z.string() })).nullish() }),
  ),
  deleteVolume: set('VolumeDelete', 'DELETE', '/volumes/{name}', none),
  updateNode: make('NodeUpdate', 'POST', '/nodes/{id}/update', none),
  networks: get('NetworkList', '/networks', z.array(network)),
  // What is made has a name, and what is updated a version: a second time is refused, and what was done is looked up then. So they may be sent
  // again while the managers choose a leader.
  createNetwork: set('NetworkCreate', 'POST', '/networks/create', z.object({ Id: z.string() })),
  services: get('ServiceList', '/services', z.array(service)),
  service: get('ServiceInspect', '/services/{id}', service),
  createService: set('ServiceCreate', 'POST', '/services/create', made),
  // Its version says what it replaces: a second time is refused.
  updateService: set('ServiceUpdate', 'POST', '/services/{id}/update', none),
  deleteService: set('ServiceDelete', 'DELETE', '/services/{id}', none),
  tasks: get('TaskList', '/tasks', z.array(task)),
  secrets: get('SecretList', '/secrets', z.array(kept)),
  createSecret: set('SecretCreate', 'POST', '/secrets/create', made),
  deleteSecret: set('SecretDelete', 'DELETE', '/secrets/{id}', none),
  configs: get('ConfigList', '/configs', z.array(kept)),
  createConfig: set('ConfigCreate', 'POST', '/configs/create', made),
  deleteConfig: set('ConfigDelete', 'DELETE', '/configs/{id}', none),
  images: get(
    'ImageList',
    '/images/json',
    z.array(z.object({ Id: z.string(), RepoTags: z.array(z.string()).nullish(), Labels: labels })),
  ),
  image: get('ImageInspect', '/images/{name}/json', image),
  tagImage: set('ImageTag', 'POST', '/images/{name}/tag', none),
  deleteImage: set('ImageDelete', 'DELETE', '/images/{name}', none),
  createExec: make('ContainerExec', 'POST', '/containers/{id}/exec', z.object({ Id: z.string() })),
  exec: get(
    'ExecInspect',
    '/exec/{id}/json',
    z.object({ ExitCode: z.number().nullish(), Running: z.boolean() }),
  ),
} as const;
