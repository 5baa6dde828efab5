/**
 * The switch of an environment: `node switch.mjs` serves, `node switch.mjs VERB` asks the one that serves. See README.md.
 */
import { Resolver } from 'node:dns/promises';
import { Duplex } from 'node:stream';
import { Gateway } from '../gateway/gateway.ts';
import { ask } from './client.ts';
import { Control } from './control.ts';
import { edgeOf } from './edge.ts';
import { LogLines } from './log-lines.ts';
import { Names } from './names.ts';
import { readSettings, type SwitchSettings } from './settings.ts';
import { readSwitchState, type SwitchState } from './state.ts';
import { Switch } from './switch.ts';
import { leadOn } from './tunnel.ts';

const say = (message: string): void =>
  console.error(JSON.stringify({ time: new Date().toISOString(), message }));

async function serve(settings: SwitchSettings): Promise<void> {
  const { port, control: controlPort, state, trusted, accessLog, nameserver, grace } = settings;
  const resolver = new Resolver({ timeout: 1_000, tries: 2 });
  if (nameserver !== null) resolver.setServers([nameserver]);
  const names = new Names((name) => resolver.resolve4(name), say, trusted === null ? [] : [trusted]);
  const lines = accessLog ? new LogLines() : null;
  const gateway = new Gateway({
    everywhere: true,
    isEdge: trusted === null ? () => false : edgeOf(names, trusted),
    ...(lines && { log: (access) => lines.add(JSON.stringify(access)) }),
  });
  const over = new Switch(gateway, names, state, stateOf(state));
  const control = new Control(over);
  await gateway.listen(port);
  await control.listen(controlPort);
  say(`serves ${over.view.table?.release ?? 'nothing yet'} on port ${port}`);

  const end = async () => {
    if (control.ending) return;
    control.ending = true;
    say('ends');
    await over.end(grace);
    control.close();
    await lines?.end();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void end());
}

/** A file that cannot be read must not keep visitors from what the next table routes them to. */
function stateOf(file: string): SwitchState {
  try {
    return readSwitchState(file);
  } catch (error) {
    say(`${file} cannot be read, so nothing is routed: ${(error as Error).message}`);
    return { format: 1, table: null, closed: null };
  }
}

const words = process.argv.slice(2);
const settings = readSettings(process.env);
if (words[0] === 'tunnel') await leadOn(Duplex.from({ readable: process.stdin, writable: process.stdout }));
else if (words.length > 0) process.exitCode = await ask(words, process.env, settings.control);
else await serve(settings);
