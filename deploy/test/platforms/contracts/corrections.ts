import type { Json } from './json-schema.ts';

/** Where a published schema says something else than the platform does. */
interface Correction {
  readonly schema: string;
  readonly property: string;
  /** What is published; undefined where the property is missing. A correction that no longer fits fails. */
  readonly published: Json | undefined;
  readonly real: Json;
  /** Public place that says so. */
  readonly source: string;
}

const godo = 'digitalocean/godo, apps.gen.go @ 3fce660c40164d739042422abd984198ea680c63';

const list = (items: Json): Json => ({ type: 'array', items });

/** DigitalOcean's own Go client, which the live API answers, against its OpenAPI. */
export const digitalocean: readonly Correction[] = [
  {
    schema: 'app_ingress_spec_rule_routing_component',
    property: 'preserve_path_prefix',
    published: { type: 'string' },
    real: { type: 'boolean' },
    source: `${godo}: AppIngressSpecRuleRoutingComponent.PreservePathPrefix is a bool (and app_route_spec of the OpenAPI says boolean, too)`,
  },
  {
    schema: 'app_spec',
    property: 'envs',
    published: undefined,
    real: list({ $ref: '#/components/schemas/app_variable_definition' }),
    source: `${godo}: AppSpec.Envs`,
  },
  {
    schema: 'app_spec',
    property: 'alerts',
    published: undefined,
    real: list({ type: 'object', additionalProperties: true }),
    source: `${godo}: AppSpec.Alerts`,
  },
  {
    schema: 'app_component_base',
    property: 'alerts',
    published: undefined,
    real: list({ type: 'object', additionalProperties: true }),
    source: `${godo}: AppServiceSpec.Alerts, AppWorkerSpec.Alerts, AppJobSpec.Alerts`,
  },
  {
    schema: 'app_spec',
    property: 'features',
    published: undefined,
    real: list({ type: 'string' }),
    source: `${godo}: AppSpec.Features`,
  },
];

/** A pruned OpenAPI as the platform really is. */
export function corrected(document: Json, corrections: readonly Correction[]): Json {
  const result = structuredClone(document) as { components: { schemas: Record<string, Json> } } & Json;
  for (const { schema, property, published, real, source } of corrections) {
    const properties = result.components.schemas[schema]?.properties as Record<string, Json> | undefined;
    const found = properties?.[property];
    if (!properties || JSON.stringify(found) !== JSON.stringify(published)) {
      throw new Error(
        `${schema}.${property} is published as ${JSON.stringify(found)}, so its correction does not fit any more (${source})`,
      );
    }
    properties[property] = real;
  }
  return result;
}
