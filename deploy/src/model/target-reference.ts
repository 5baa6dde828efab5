/** How a config names its target: `target: local({ port: 8080 })`. */
export interface TargetReference {
  readonly kind: string;
  readonly settings: unknown;
}
