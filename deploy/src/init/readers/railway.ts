import { commandOf } from '../command-line.ts';
import type { Found, FoundService } from '../found.ts';
import { Unreadable } from '../found.ts';
import { nameOf } from '../names.ts';
import { cronJob, withoutInstall } from './render.ts';
import {
  drain,
  type Fields,
  fields,
  inside,
  jsonFields,
  replicas,
  text,
  texts,
  tomlFields,
} from './shape.ts';

/**
 * `railway.json` or `railway.toml`: how one service is built and started. Its variables, and the databases beside it, are on Railway only.
 * https://docs.railway.com/config-as-code/reference
 * @param folder of the file, which is the service's.
 * @throws {Unreadable}
 */
export function readRailway(source: string, folder = '.'): Found {
  const document = source.trimStart().startsWith('{') ? jsonFields(source) : tomlFields(source);
  const production = fields(fields(document.environments).production);
  const build = { ...fields(document.build), ...fields(production.build) };
  const deploy = { ...fields(document.deploy), ...fields(production.deploy) };
  if (Object.keys(build).length + Object.keys(deploy).length === 0)
    throw new Unreadable('it has neither build nor deploy');
  const name = folder === '.' ? 'web' : nameOf(folder.split('/').at(-1)!);
  const before = commandOf(text(deploy.preDeployCommand) ?? texts(deploy.preDeployCommand).join(' && '));
  const schedule = text(deploy.cronSchedule);
  if (schedule !== undefined)
    return { services: [], stores: [], notCarried: [cronJob(name, schedule, text(deploy.startCommand))] };
  return {
    services: [serviceOf(name, folder, build, deploy)],
    stores: [],
    notCarried: [],
    ...(before && { release: { service: name, command: before } }),
  };
}

function serviceOf(name: string, folder: string, build: Fields, deploy: Fields): FoundService {
  const docker = text(build.builder)?.toUpperCase() === 'DOCKERFILE' || build.dockerfilePath !== undefined;
  const start = commandOf(text(deploy.startCommand) ?? '');
  const path = text(build.dockerfilePath);
  return {
    name,
    root: folder === '.' ? undefined : folder,
    dockerfile: docker ? (inside(path ?? `${folder}/Dockerfile`) ?? 'Dockerfile') : undefined,
    build: docker
      ? undefined
      : withoutInstall(text(build.buildCommand) ?? texts(build.buildCommand).join(' && ')),
    start,
    ...(docker && start && { imageStart: start }),
    // Whether it has a domain is not in the file; what is asked for its health by HTTP, or is called so, most likely has one.
    visited: deploy.healthcheckPath !== undefined || !/worker|queue|schedul|cron|bot|job/.test(name),
    health: text(deploy.healthcheckPath),
    replicas: replicas(deploy.numReplicas),
    drain: drain(deploy.drainingSeconds),
  };
}
