/**
 * The gateway in a process of its own: `node our-gateway.ts PORT SERVICE…`. The message "switch" gives requests to the next of the
 * services, "gap" asks for the longest time in ms between the last request before a switch and the first one after it.
 */
import { Gateway } from '../src/gateway/gateway.ts';
import { RoutingTable } from '../src/gateway/routing-table.ts';
import { Upstream } from '../src/gateway/upstream.ts';

let last = performance.now();
let switched = false;
let longest = 0;

/** Notes when a request is given to a service. */
class WatchedUpstream extends Upstream {
  override begin(): () => void {
    const now = performance.now();
    if (switched) longest = Math.max(longest, now - last);
    switched = false;
    last = now;
    return super.begin();
  }
}

const [port, ...services] = process.argv.slice(2).map(Number);
const tables = services.map(
  (at) => new RoutingTable([{ prefix: '/', upstreams: [new WatchedUpstream('web', at)] }]),
);
const gateway = new Gateway();
let turn = 0;
const next = () => gateway.route(tables[turn++ % tables.length]!);
next();
await gateway.listen(port!);
process.on('message', (message) => {
  if (message === 'gap') process.send?.(longest);
  else {
    next();
    switched = true;
  }
});
process.once('disconnect', () => process.exit(0));
process.send?.('ready');
