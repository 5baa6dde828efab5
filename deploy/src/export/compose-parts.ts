/** What Compose fills in from the environment or `.env`. */
export const filled = (inside: string): string => `\${${inside}}`;

/** The same, and without it Compose starts nothing. */
export const wanted = (name: string): string => filled(`${name}:?is not set`);

/** The names of all that is {@link wanted} in a file, in order. */
export const wantedIn = (text: string): string[] => [
  ...new Set([...text.matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name!)),
];

/** Text that Compose is to leave as it is. */
export const literal = (text: string): string => text.replaceAll('$', '$$$$');

/** `MONGODB` of `mongodb`: how variables of a service or store begin. */
export const variableName = (name: string): string => name.toUpperCase().replaceAll('-', '_');

/** At most 30 MB for each container: Docker's own default keeps every line for ever. */
export const logging = { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } } as const;

/** What one container may take, so that it cannot take the machine. */
export const limits = (name: string, memory: string, threads = 256) => ({
  mem_limit: filled(`${variableName(name)}_MEMORY:-${memory}`),
  pids_limit: threads,
});

/**
 * The network that everything is on. Who speaks to a service from it is another service or what stands before them on this machine, so
 * their word on a visitor's address is believed, and nobody else's. Not one of those that Docker gives out by itself.
 */
export const network = '10.213.87.0/24';
