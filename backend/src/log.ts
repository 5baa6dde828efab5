import { type DestinationStream, type LogFn, type Logger, pino } from 'pino';
import { LogOutput } from './log-output.ts';
import type { Settings } from './settings.ts';

/** Paths that may hold a secret or personal data; they are logged as [redacted]. */
const redacted = [
  'req.headers.authorization',
  'req.headers.cookie',
  'res.headers["set-cookie"]',
  '*.password',
  '*.token',
  '*.secret',
  '*.apiKey',
  '*.email',
  '*.phone',
];

interface LogOptions {
  /** Where lines go; standard output unless given. */
  readonly destination?: DestinationStream;
  /** Told of each line of level error or worse. */
  readonly onError?: () => void;
}

const errorLevel = 50;

/**
 * One log line is one JSON object in production (and wherever output is not a terminal);
 * developers at a terminal get readable lines.
 */
export function createLog(
  settings: Pick<Settings, 'ENVIRONMENT' | 'LOG_LEVEL' | 'CONDUCTOR_RELEASE'>,
  service: string,
  { destination, onError = () => {} }: LogOptions = {},
): Logger {
  const readable = settings.ENVIRONMENT === 'development' && process.stdout.isTTY && !destination;
  const options = {
    level: settings.LOG_LEVEL,
    base: { service, version: settings.CONDUCTOR_RELEASE, pid: process.pid },
    redact: { paths: redacted, censor: '[redacted]' },
    serializers: { req: requestLine },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    hooks: {
      logMethod(this: Logger, parts: Parameters<LogFn>, log: LogFn, level: number) {
        if (level >= errorLevel) onError();
        log.apply(this, parts);
      },
    },
    formatters: { level: (label: string) => ({ level: label }) },
    ...(readable && { transport: { target: 'pino-pretty', options: { ignore: 'pid,version' } } }),
  };
  // Custom level labels cannot cross into a transport's thread; the readable form does not need them.
  if (readable) return pino({ ...options, formatters: {} });
  return pino(options, destination ?? standardOutput(options.base));
}

/** A request as it is logged; a token in its address, which is a key to something, is not, nor the name of a file. */
function requestLine({ method, url, host, ip }: { method: string; url: string; host?: string; ip?: string }) {
  return { method, url: url.replace(/([?&](?:token|name)=)[^&]*/g, '$1[redacted]'), host, remoteAddress: ip };
}

/** Standard output that may fail without ending anything, and that says what was lost. */
function standardOutput(base: object): LogOutput {
  const output = new LogOutput(process.stdout.fd, {
    tellLost: (lines, why) => {
      const msg = `${lines} log ${lines === 1 ? 'line was' : 'lines were'} lost here: ${why}`;
      return `${JSON.stringify({ level: 'warn', time: new Date().toISOString(), ...base, msg })}\n`;
    },
  });
  process.once('exit', () => output.flush());
  return output;
}
