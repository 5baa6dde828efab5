import autocannon from 'autocannon';

const seconds = 8;
/** A process that has just begun to serve a path compiles it meanwhile; what people wait for all day comes after that. */
const warmUpSeconds = 2;

/** One figure that is promised: what is asked, and the most that 95 of 100 answers may take. */
export interface Promised {
  readonly name: string;
  readonly path: string;
  readonly barMs: number;
}

/**
 * Has everyone (one cookie each) ask the same path again and again for some seconds, each waiting for the answer before
 * asking again. True when p95 is not above the bar and nothing failed; prints the figures.
 */
export async function keeps(url: string, cookies: readonly string[], promised: Promised): Promise<boolean> {
  const { name, path, barMs } = promised;
  const address = `${url}/api/v1${path}`;
  await ask(address, cookies, warmUpSeconds);
  const taken: number[] = [];
  const result = await ask(address, cookies, seconds, (time) => taken.push(time));
  const failed = result.non2xx + result.errors + result.timeouts;
  taken.sort((a, b) => a - b);
  const at = (share: number) => taken[Math.floor(taken.length * share)] ?? Number.POSITIVE_INFINITY;
  const kept = at(0.95) <= barMs && failed === 0;
  const rate = Math.round(result.requests.average);
  console.log(
    `${kept ? 'kept  ' : 'MISSED'} ${name.padEnd(34)} p50 ${at(0.5).toFixed(1)} ms, p95 ${at(0.95).toFixed(1)} ms (bar ${barMs}), ${rate}/s, ${failed} failed`,
  );
  return kept;
}

/** Everyone asks for some seconds; `told` hears how many milliseconds each answer took. */
function ask(
  url: string,
  cookies: readonly string[],
  duration: number,
  told: (time: number) => void = () => {},
) {
  let next = 0;
  return autocannon({
    url,
    connections: cookies.length,
    duration,
    headers: { host: 'localhost' },
    setupClient: (client) => {
      client.setHeaders({ host: 'localhost', cookie: cookies[next++ % cookies.length]! });
      client.on('response', (_status, _bytes, time) => told(time));
    },
  });
}
