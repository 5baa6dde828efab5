import type { TargetReference } from '../model/target-reference.ts';
import type {
  DigitalOceanInput,
  LocalInput,
  RailwayInput,
  RenderInput,
  SwarmInput,
} from './input.generated.ts';

/** This machine, with nothing else installed: `target: local({ port: 8080 })` */
export const local = (settings: LocalInput = {}): TargetReference => ({ kind: 'local', settings });

/** Railway: `target: railway({ repository: 'owner/name' })` */
export const railway = (settings: RailwayInput = {}): TargetReference => ({ kind: 'railway', settings });

/** Render: `target: render({ repository: 'https://github.com/owner/name' })` */
export const render = (settings: RenderInput = {}): TargetReference => ({ kind: 'render', settings });

/** DigitalOcean's App Platform: `target: digitalocean({ region: 'fra' })` */
export const digitalocean = (settings: DigitalOceanInput = {}): TargetReference => ({
  kind: 'digitalocean',
  settings,
});

/** Own servers, one or many, with Docker Swarm: `target: swarm({ host: 'ssh://deploy@server.example.com' })` */
export const swarm = (settings: SwarmInput): TargetReference => ({ kind: 'swarm', settings });
