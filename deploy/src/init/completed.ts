import { commandOfWords, isForDevelopment, lineOf } from './command-line.ts';
import type { Command, FoundService } from './found.ts';
import { onOwnPort } from './own-port.ts';
import type { DockerfileFacts } from './readers/dockerfile.ts';

/**
 * A service as its source describes it, with what is known otherwise.
 * @param code services of its folder as the code has them, the main one first.
 * @param docker what its Dockerfile says, where it has one.
 */
export function completed(
  service: FoundService,
  code: readonly FoundService[],
  docker: DockerfileFacts | undefined,
): FoundService {
  const own = code.find(({ name }) => name === service.name) ?? code[0];
  const known = startOf(service, own, docker);
  const common = { ...service, build: service.build ?? own?.build, afterEntrypoint: undefined };
  if (known.start === undefined) return files(common, own);
  const { start, guess } = listening(service, known.start, known.guess);
  const image = listening(service, imageStartOf(service, docker) ?? known.start).start;
  return {
    ...common,
    start,
    imageStart: docker && lineOf(image) !== lineOf(start) ? image : undefined,
    health: service.health ?? docker?.health,
    ports: [...(service.ports ?? []), ...(docker?.port === undefined ? [] : [docker.port])],
    guesses: { ...service.guesses, ...(guess && { start: guess }), ...pipGuess(common.build) },
  };
}

/** pip installs into whatever Python is there. */
const pipGuess = (build: Command | undefined) =>
  build !== undefined && /\bpip3? install\b/.test(lineOf(build)) && !/venv|--target/.test(lineOf(build))
    ? {
        build:
          'on this machine it installs into the Python on the PATH: that of a virtual environment, while one is active',
      }
    : {};

/** What takes requests has to listen where Conductor says. */
function listening(
  { visited }: FoundService,
  start: Command,
  guess?: string,
): { start: Command; guess?: string | undefined } {
  const moved = visited ? onOwnPort(start) : undefined;
  if (!moved) return { start, guess };
  return { start: moved.command, guess: guess === undefined ? moved.guess : `${guess}; ${moved.guess}` };
}

/** One that only has files, where its source or its code says in which folder. */
function files(service: FoundService, own: FoundService | undefined): FoundService {
  const folder = service.static ?? own?.static;
  if (folder === undefined) return service;
  const given = service.static !== undefined;
  return {
    ...service,
    static: folder,
    fallback: given ? service.fallback : own?.fallback,
    dockerfile: undefined,
    imageStart: undefined,
    visited: true,
    guesses: { ...(!given && own?.guesses), ...service.guesses },
  };
}

interface Start {
  readonly start: Command | undefined;
  readonly guess?: string | undefined;
}

/** What its source says, unless that is for development; else what its code says, else what its image runs. */
function startOf(
  service: FoundService,
  own: FoundService | undefined,
  docker: DockerfileFacts | undefined,
): Start {
  const given = service.start;
  const whole =
    service.afterEntrypoint && docker?.entrypoint && given ? joined(docker.entrypoint, given) : given;
  const development = given !== undefined && isForDevelopment(lineOf(given));
  if (whole !== undefined && !development) return { start: whole };
  if (own?.start !== undefined) return { start: own.start, guess: own.guesses?.start };
  if (service.static !== undefined || own?.static !== undefined) return { start: undefined };
  if (docker?.command !== undefined)
    return {
      start: docker.command,
      guess: 'it is what the image runs; on this machine it runs without Docker',
    };
  return {
    start: whole,
    guess: development ? 'it is for development; production needs another one' : undefined,
  };
}

/** What its image is started with. */
function imageStartOf(service: FoundService, docker: DockerfileFacts | undefined): Command | undefined {
  const given = service.imageStart;
  if (given === undefined || isForDevelopment(lineOf(given))) return docker?.command;
  return service.afterEntrypoint && docker?.entrypoint ? joined(docker.entrypoint, given) : given;
}

const joined = (entrypoint: readonly string[], command: Command): Command | undefined =>
  commandOfWords([...entrypoint, ...(typeof command === 'string' ? command.split(' ') : command)]);
