import { type ErrorPages, page } from './page.ts';

const again = 'Run the command again: it goes on where it stopped.';

/** Where releases run: this machine and the platforms. */
export const placePages: ErrorPages = {
  'switch.unresolved': page(
    'A service of the new release has no address in the network of the switch, so nothing was moved to it. What served goes on serving.',
    'None of its tasks is healthy. Look at its log: `conductor logs production SERVICE`.',
  ),
  'switch.not-written': page(
    'The switch could not write down what it was to do, so it did not do it: its disk is full or cannot be written.',
    'Make room on the server that it runs on, and run the command again.',
  ),
  'switch.not-running': page(
    'The switch, which stands in front of the services on your own servers, does not answer.',
    'It may be starting: run the command again. If it stays so, look at its log on the server.',
  ),
  'switch.failed': page(
    'Something went wrong in the switch that nobody had thought of.',
    'Run the command again. If it stays so, please report it with the switch’s log.',
  ),
  'switch.serving': page(
    'What visitors have open with a release is only ended once it serves no more, and this one serves.',
    '`conductor status production` says what is live.',
  ),
  'switch.invalid': page(
    'The switch was given settings or an order that it does not understand.',
    'Deploy once more with this version of Conductor, which brings its own switch. If it stays so, please report it.',
  ),
  'local.no-mongodb': page(
    'The project has a MongoDB store without a `url`, and this machine can run none: `mongod` is not on the PATH, and the project has no embedded-mongo.',
    '`npm install --save-dev embedded-mongo` is enough for trying and testing.',
    'Or install MongoDB, or give the store a `url` in `environments.local.stores`.',
  ),
  'local.no-redis': page(
    'The project has a Redis store without a `url`, and neither `redis-server` nor `valkey-server` is on the PATH.',
    'Debian, Ubuntu: `sudo apt-get install redis-server`. macOS: `brew install redis`.',
    'Or give the store a `url` in `environments.local.stores`.',
  ),
  'local.no-package-manager': page(
    'The lock file of the project is one of pnpm, yarn or bun, and that program is not on the PATH.',
    'Install it, such as `npm install --global pnpm`.',
  ),
  'local.no-space': page(
    'The disk has less room than a release needs, or became full while one was built. What served goes on serving.',
    'Make room and deploy again. `keep` of `local()` says how many built releases are kept.',
  ),
  'local.port-taken': page(
    'Another program listens on the port of the environment.',
    'End it, or choose another port: `conductor deploy local --port 8081`, or `local({ port: 8081 })` in the config.',
  ),
  'local.release-gone': page(
    'The release was built from files that were in no commit, and its folder is not kept any more: it cannot be built again.',
    'Go back to another one: `conductor releases local`.',
  ),
  'local.source': page(
    'git could not give the files of the commit that is to be deployed.',
    'Fetch it (`git fetch --all`); a shallow clone may lack it (`git fetch --unshallow`).',
  ),
  'local.domain': page(
    'This machine serves no domains; the environment is reached at localhost.',
    'Take `domains` out of the environment.',
  ),
  'local.busy': page(
    'The supervisor process of this environment is working on another release at this moment.',
    'Wait for it, or look at it: `conductor status local`.',
  ),
  'local.host': page(
    'The supervisor process, which keeps the services of this machine running, failed at what it was asked.',
    'Its log, which the error names, says why. `conductor start local` replaces it, while services go on.',
  ),
  'local.host-start': page(
    'The supervisor process, which keeps the services running, could not be started.',
    'Its last lines are in the message.',
  ),
  'local.host-silent': page(
    'The supervisor process, which keeps the services running, does not answer, as one that hangs.',
    '`conductor start local` replaces it, while services go on.',
  ),
  'local.host-end': page(
    'The supervisor process, which keeps the services running, does not end.',
    'End it by the number that is named (`kill -9 NUMBER`), then run the command again.',
  ),
  'local.socket-folder': page(
    'The folder for the socket belongs to somebody else or can be used by others, so it is not trusted.',
    'Remove it, or set `XDG_RUNTIME_DIR` to a folder of your own.',
  ),
  'local.socket-path': page(
    'The path of the socket is longer than the system allows (about 100 characters).',
    'Set `XDG_RUNTIME_DIR` or `TMPDIR` to a folder with a shorter path.',
  ),
  'service.no-systemd': page(
    'This machine has no systemd, which would start the environment at boot.',
    'Have whatever starts programs here run `conductor start local`.',
  ),
  'service.not-here': page(
    'A platform starts its services by itself.',
    '`conductor status production` says how they are.',
  ),
  'service.not-root': page(
    'A unit of the whole machine belongs to root.',
    'Put `sudo` before the command, or have one of your own: `conductor service install local`.',
  ),
  'service.foreign': page(
    'There is a unit of that name which Conductor did not write. It was left as it is.',
    'Look at it, and move it away if nobody needs it.',
  ),
  'service.systemctl': page(
    'systemd refused. Its own words are in the message.',
    'Fix what it says and run the command again.',
  ),
  'platform.token-refused': page(
    'The platform does not accept the token: it is wrong, expired, or was revoked.',
    'Make a new one in the platform’s account settings and set it again (docs/guides/credentials.md says where each is kept).',
  ),
  'platform.right-missing': page(
    'The token is good, and may not do this: it is for another account or workspace, or may only read.',
    'Use a token of the account that owns the project, with the right to read and write.',
  ),
  'platform.not-found': page(
    'Something that was there is gone from the platform: somebody may have removed it.',
    '`conductor plan production` says what is there, and what a deploy would make again.',
  ),
  'platform.name-taken': page(
    'The name is used by somebody else on the platform.',
    'Choose another `name` in the target of the environment.',
  ),
  'platform.domain-of-someone-else': page(
    'The domain belongs to another account of the platform, or is in use by another app.',
    'Remove it there, or prove that it is yours as the platform asks. `conductor domains production` shows the records.',
  ),
  'platform.plan-lacks-feature': page(
    'The plan of the account does not have what the config asks for (replicas, a disk, a region, more services).',
    'Choose a larger plan, or leave it out of the config. The guide of the platform says what needs which plan.',
  ),
  'platform.quota-reached': page(
    'The account has used up what it may have.',
    'Remove what is no longer used, or ask the platform to raise the limit.',
  ),
  'platform.rate-limited': page(
    'The platform answers no more requests for a while: too many were sent, by whomever uses the token.',
    'The message says until when. Then run the command again: it goes on where it stopped.',
  ),
  'platform.region-unknown': page(
    'The platform has no region of that name.',
    'Set `region` in the target to one that is listed.',
  ),
  'platform.setting-refused': page(
    'The platform does not accept a value of the config. Its own words are in the message.',
    'Correct the setting in `conductor.config.ts`.',
  ),
  'platform.source-not-found': page(
    'The platform cannot get the code: the commit is not pushed, or it may not read the repository or the registry.',
    'Push the commit; let the platform’s GitHub app read the repository, or give it the registry’s credential.',
  ),
  'platform.refused': page(
    'The platform refused, with the words that are in the message.',
    `Fix what it says. ${again}`,
  ),
  'platform.unreachable': page(
    'The platform does not answer, or answers with errors of its own, again and again.',
    `Look at its status page and your network. ${again}`,
  ),
  'platform.answer-not-understood': page(
    'The platform answered with something that is not in its documentation: an error page, half an answer, a new form.',
    `${again} When it stays so, look at its status page, and for a newer Conductor.`,
  ),
  'railway.no-token': page(
    'There is no token for Railway in the environment variables, nor among the secrets.',
    'Make one at railway.com/account/tokens and set `RAILWAY_API_TOKEN`, or `conductor secrets set production RAILWAY_API_TOKEN`.',
  ),
  'railway.token-of-another': page(
    '`RAILWAY_TOKEN` is a project token, and belongs to another project or environment. Deploying with it would have changed that one.',
    'Take the token of the right environment, or an account token in `RAILWAY_API_TOKEN`.',
  ),
  'railway.workspace': page(
    'The token sees several workspaces, or not the one that the config names.',
    'Set `workspace` in `railway({ … })` to a name that is listed.',
  ),
  'railway.no-source': page(
    'Railway builds a commit of a repository on GitHub, or runs an image, and neither is known.',
    "Name the repository (`railway({ repository: 'owner/name' })`) and commit, or give the service an `image`.",
  ),
  'railway.no-service': page(
    'The service does not exist in this environment on Railway.',
    'Deploy first: `conductor deploy production`.',
  ),
  'railway.region-needed': page(
    'Several replicas need a region, and Railway does not say which one it prefers.',
    'Set `region` in `railway({ … })`.',
  ),
  'railway.staged-changes': page(
    'Somebody has changed something in Railway’s dashboard that is not deployed yet. A deploy would take it along.',
    'Deploy or discard it in the dashboard, then run the command again.',
  ),
  'railway.store-not-made': page(
    'A store did not come up on Railway within five minutes.',
    `Look at its log in the dashboard. ${again}`,
  ),
  'railway.memory-unreadable': page(
    'The shared variable in which Conductor remembers the releases on Railway was changed by hand.',
    'Put it back from its history, or delete it: earlier releases there are then not known.',
  ),
  'render.no-token': page(
    'There is no API key for Render in the environment variables, nor among the secrets.',
    'Make one in Render’s account settings and set `RENDER_API_KEY`, or `conductor secrets set production RENDER_API_KEY`.',
  ),
  'render.workspace': page(
    'The key sees several workspaces, or not the one that the config names.',
    'Set `workspace` in `render({ … })` to an id that is listed.',
  ),
  'render.no-source': page(
    'Render builds a commit of a repository, or runs an image, and neither is known.',
    "Name the repository (`render({ repository: 'https://github.com/owner/name' })`) and commit, or give the service an `image`.",
  ),
  'render.no-service': page(
    'The service does not exist in this environment on Render.',
    'Deploy first: `conductor deploy production`.',
  ),
  'render.no-mongodb': page(
    'Render has no managed MongoDB, and the config does not say where one is.',
    'Give the store the `url` of one elsewhere (Atlas, say) as a secret, or let Conductor run one on a disk: `render({ mongodb: {} })`. docs/guides/stores.md compares them.',
  ),
  'render.not-adoptable': page(
    'What exists on Render under that name cannot become what the config asks for; Render does not change that of a service.',
    'Rename or remove it in the dashboard; the next deploy makes one.',
  ),
  'render.job-unknown': page(
    'Render says of the job something that nobody has documented, so its outcome is not known.',
    'Look at the service’s jobs in the dashboard.',
  ),
  'render.memory-unreadable': page(
    'The variable in which Conductor remembers the releases of a service on Render was changed by hand.',
    'Delete it in the dashboard: earlier releases of that service are then not known there.',
  ),
  'digitalocean.no-token': page(
    'There is no token for DigitalOcean in the environment variables, nor among the secrets.',
    'Make one with the scopes app, database and account, and set `DIGITALOCEAN_TOKEN`, or `conductor secrets set production DIGITALOCEAN_TOKEN`.',
  ),
  'digitalocean.image': page(
    'DigitalOcean cannot deploy an exact commit of a repository, so it runs images only, by digest.',
    '`conductor export production github` writes a workflow that builds them and tells the config their digests.',
  ),
  'digitalocean.no-service': page(
    'The service is not in the app on DigitalOcean.',
    'Deploy first: `conductor deploy production`.',
  ),
  'digitalocean.pinned': page(
    'Somebody has rolled the app back in the dashboard, which pins it: it takes no other deployment until that is committed or reverted.',
    'Do either in the dashboard, then run the command again.',
  ),
  'swarm.unreachable': page(
    'The Docker engine of the server does not answer: ssh does not get in, Docker does not run there, or the user may not use it.',
    'Try it by hand with the command in the hint. Let the user in with a key that an agent has, and put it into the group `docker`.',
  ),
  'swarm.engine-old': page(
    'What answers is no Docker engine, or one from before 20.10.',
    'Install a newer Docker on the server, as https://docs.docker.com/engine/install/ says.',
  ),
  'swarm.no-manager': page(
    'Orders are taken by the managers of a swarm only. The server is a worker of one, or in none at all.',
    'A server by itself becomes a swarm of one with `conductor server add ssh://root@203.0.113.10 production`. Else set `host` in `swarm({ … })` to a manager.',
  ),
  'swarm.no-quorum': page(
    'A swarm takes orders while more than half of its managers hear one another. Fewer do now: machines are off, or their network is cut. What runs goes on, visitors are served, and nothing can be changed.',
    'Start the other managers again, and open 2377/tcp between them. As soon as more than half are there the swarm goes on by itself; then `conductor resume` or `conductor deploy`.',
    'Only when they are lost for good: the command in the hint makes the server that is left a swarm of one manager, with all services; its containers are started anew, so visitors wait for up to half a minute. Take the others out with `conductor server remove --dead`.',
  ),
  'swarm.node-unreached': page(
    'Images that are built on the server have to be sent to each node on which replicas are started, and one of them is not named in `nodes` or does not let you in.',
    'Name it in `nodes` of `swarm({ … })`, as `ssh://user@node`, or take it out of use with `docker node update --availability drain`. Services with an `image` of a registry need none of it.',
  ),
  'swarm.name-taken': page(
    'A service, as Docker calls it, has the name that ours would have, and does not carry our labels. It may belong to another project of the same name.',
    'Rename it there, or the project in the config.',
  ),
  'swarm.no-switch': page(
    'The switch is the container that leads visitors to the release that serves, and knows which one that is. It does not run on the server that was asked.',
    'Look at why with `docker service ps`, on the server. Where the config names another manager now than it did, set `host` back.',
  ),
  'swarm.store-upgrade': page(
    'A store was started again as another version (`--upgrade-stores`), and did not take requests within three minutes. It was then started as it was before; the message says whether that worked.',
    'Read what the store itself says, with `docker service logs` on the server. MongoDB is brought to the next major version only, one after the other, and its files know no way back from some. Before you try again, make a backup: `conductor backup create ENVIRONMENT`.',
  ),
  'swarm.no-registry-login': page(
    'The config names a private registry (`registry` of `swarm({ … })`), and the credential by which the server logs in to it is not there, or not of the form `user:token`.',
    'Make a token that may read images there, and set it: `conductor secrets set ENVIRONMENT NAME`, or as a variable of this machine of that name.',
  ),
  'swarm.no-image': page(
    'A server of one’s own runs images, and there is none of the service.',
    'Give the service a `dockerfile`, from which the image is built on the server, or the `image` of a registry.',
  ),
  'roots.node-old': page(
    'The config names authorities by which the addresses of the environment are believed (`roots`), and this Node can be told of none.',
    'Run Conductor with Node 24, or name their file in the variable NODE_EXTRA_CA_CERTS and leave `roots` out.',
  ),
  'swarm.adopt': page(
    'A container that somebody else has made cannot become ours: how it was made cannot be told from outside.',
    'Rename it, or ours in the config, and move its data with a backup.',
  ),
};
