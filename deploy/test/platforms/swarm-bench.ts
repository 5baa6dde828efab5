import { VirtualClock } from '../../../backup/test/virtual-clock.ts';
import type { TargetContext, TargetKind } from '../../src/targets/kind.ts';
import { dialTo } from '../../src/targets/swarm/dial.ts';
import { type SwarmSettings, swarmTarget } from '../../src/targets/swarm/index.ts';
import { createSwarm, type SwarmSurroundings } from '../../src/targets/swarm/target.ts';
import type { Target } from '../../src/targets/target.ts';
import { contextOf, type Platform } from './crm.ts';
import { EngineTwin } from './engine-twin.ts';

export interface SwarmPlatform extends Platform {
  readonly twin: EngineTwin;
  /** The target of other settings, or of another environment, on the same swarm. */
  another(settings: Record<string, unknown>, part?: Partial<TargetContext<SwarmSettings>>): Promise<Target>;
  /** For a config whose commands are run: the same kind of target, and its settings. */
  readonly kind: TargetKind;
  readonly settings: Record<string, unknown>;
}

/** Images that the registry of the twin has, in place of the official ones. */
export const swarmImages = {
  switch: 'example.com/node:24',
  edge: 'example.com/caddy:2',
  mongodb: 'example.com/mongo:8',
  redis: 'example.com/redis:8',
};

/** @param nodes of the swarm beside the first one, each a manager; they are named in the settings */
export async function openSwarm(
  settings: Record<string, unknown> = {},
  part: Partial<TargetContext<SwarmSettings>> = {},
  nodes = 0,
  credentials: Readonly<Record<string, string>> = {},
): Promise<SwarmPlatform> {
  const clock = new VirtualClock();
  const twin = await new EngineTwin({ clock }).start();
  for (const name of Object.values(swarmImages)) twin.registry.add(name);
  const sockets: string[] = [];
  for (let i = 0; i < nodes; i++) sockets.push(await twin.socketOf(twin.addNode('manager')));
  const usual = {
    nodes: sockets.map((socket) => `unix://${socket}`),
    host: `unix://${twin.socket}`,
    address: '127.0.0.1',
    ports: { http: Number(new URL(twin.publicUrl).port) },
    images: swarmImages,
  };
  const usually: SwarmSurroundings = {
    clock,
    dial: dialTo({ kind: 'unix', path: twin.socket }),
    program: async () => 'the program of the switch',
    // No name is in any DNS.
    lookup: (name, _, done) => done(new Error(`getaddrinfo ENOTFOUND ${name}`), '', 0),
  };
  const make = (
    settings: Record<string, unknown>,
    part: Partial<TargetContext<SwarmSettings>>,
    surroundings: SwarmSurroundings = {},
  ): Promise<Target> =>
    createSwarm(contextOf(swarmTarget.settings.parse({ ...usual, ...settings }), credentials, part), {
      ...usually,
      ...surroundings,
    });
  return {
    twin,
    target: (surroundings = {}) => make(settings, part, surroundings),
    kind: { ...swarmTarget, create: (context) => createSwarm(context as never, usually) },
    settings: { ...usual, ...settings },
    another: (settings, part = {}) => make(settings, part),
    inventory: () =>
      twin.look().services.map(({ spec }) => ({
        name: spec.Name,
        labels: Object.keys(spec.Labels).sort(),
        replicas: spec.Mode?.Replicated?.Replicas,
      })),
    drift: (service, name, value) => {
      const live = twin.look().services.find(({ spec }) => spec.Labels['conductor.service'] === service);
      twin.changeByHand(live!.spec.Name, (spec) => {
        spec.TaskTemplate.ContainerSpec!.Env = [
          ...(spec.TaskTemplate.ContainerSpec!.Env ?? []),
          `${name}=${value}`,
        ];
      });
    },
    isEmpty: () => twin.look().services.every(({ foreign }) => foreign),
    close: () => twin.close(),
  };
}
