// Generated from the schemas in deploy/src. To regenerate it: npm run docs -w deploy
import type { HookInput } from '../model/hook.ts';
import type { SecretLink } from '../model/service-command.ts';
import type { SecretReference, Setting } from './settings.ts';

/** A project, as `defineConfig` takes it. */
export type ProjectInput = {
  /** Name of the project. */
  project: string;
  /** Data services. */
  stores?: Record<string, {
    /** What it is. */
    kind: "mongodb" | "redis";
    /** An outside server to use instead of one that the target provides. */
    url?: string | SecretReference | undefined;
    /** What it must be able to do; a store that cannot is a failed check. `transactions`: MongoDB as a replica set, of one member at least. */
    needs?: "transactions"[] | undefined;
  }> | undefined;
  /** Long-running parts. */
  services: Record<string, {
    /**
     * Folder of the service in the project. Its commands run there. '.' is the project's root.
     * @default "."
     */
    root?: string | undefined;
    /** Dockerfile for targets that run images. */
    dockerfile?: string | undefined;
    /** Command that builds it, run once per release. No shell. */
    build?: string | string[] | undefined;
    /** Command that starts it; it listens on the port in PORT, where it has public paths or a health path. No shell. Left out only with `static`. */
    start?: string | string[] | undefined;
    /** Folder, in `root`, whose files are served, in place of `start`: docs/guides/static-files.md. `build` may make it. */
    static?: string | undefined;
    /** With `static`: file that answers paths of pages that there is no file for; `index.html` for a single-page application. */
    fallback?: string | undefined;
    /** Image by digest to run in place of one built from the repository, such as `process.env.WEB_IMAGE`. */
    image?: string | undefined;
    /** Command that starts it in its image, where that is another than `start`. No shell. */
    imageStart?: string | string[] | undefined;
    /** Public paths (prefixes) that it serves. None: it takes no public requests. */
    paths?: string[] | undefined;
    /** How the target knows that it can take work. Left out: it answers its first public path with anything below 500; without public paths, it stays up for 3 s. */
    health?: {
      /** Path that answers 2xx only when the service can take work. */
      path: string;
      /**
       * Seconds from start to healthy, after which the service has failed.
       * @default 60
       */
      deadline?: number | undefined;
    } | undefined;
    /** Where it tells what it has counted; watched while a new release bakes. */
    metrics?: {
      /**
       * Path that answers in the text format of Prometheus.
       * @default "/metrics"
       */
      path?: string | undefined;
      /** Setting of this service whose value opens it, as `Authorization: Bearer …`. */
      token?: string | undefined;
      /**
       * Counter of answers, with a label `status` (or `code`): `5xx` or `503` is a failed one.
       * @default "conductor_http_requests_total"
       */
      requests?: string | undefined;
      /**
       * Histogram of the seconds that answers took.
       * @default "conductor_http_request_duration_seconds"
       */
      duration?: string | undefined;
      /**
       * Counter of tries of jobs, with a label `outcome`: `failed` is a failed one.
       * @default "conductor_jobs_total"
       */
      jobs?: string | undefined;
      /**
       * Counter of lines logged at level error or worse.
       * @default "conductor_log_errors_total"
       */
      errorLines?: string | undefined;
    } | undefined;
    /**
     * How many of it run.
     * @default 1
     */
    replicas?: number | undefined;
    /**
     * Seconds that an old replica may take to finish what it has.
     * @default 30
     */
    drain?: number | undefined;
    /**
     * Never two at once: the old one is stopped before the new one starts.
     * @default false
     */
    singleton?: boolean | undefined;
    /** Environment variables: all that it gets. A service that does not name a setting never has it. */
    settings?: Record<string, Setting> | undefined;
    /** What people can ask of it by a name, with `conductor run ENVIRONMENT`: a command that gets the settings of the release that is live (no shell), or a link (`secretLink()`). */
    commands?: Record<string, string | string[] | SecretLink> | undefined;
  }>;
  /** The release task. */
  release?: {
    /** The service whose settings the command gets. */
    service: string;
    /** Command that runs once before new code serves (indexes, migrations). No shell. */
    command: string | string[];
    /**
     * Seconds after which it has failed.
     * @default 300
     */
    deadline?: number | undefined;
  } | undefined;
  /** Addresses worth knowing, printed after a deploy and by `status`. Default: one for each public service. */
  links?: Record<string, {
    service: string;
    /** @default "/" */
    path?: string | undefined;
  }> | undefined;
  /** The project's own commands, for the checks. */
  commands?: {
    /** Runs the tests. */
    test?: string | string[] | undefined;
    /** Checks format, lint and types. */
    lint?: string | string[] | undefined;
    /** Builds what can be built. */
    build?: string | string[] | undefined;
    /** Variables of this machine that these commands, the hooks, `npm ci` and the builds of services get, such as NPM_TOKEN. Without it they get those that concern the machine only (PATH, HOME, the language, proxies and certificates, CI, `npm_config_*`): no token and no secret. */
    pass?: string[] | undefined;
  } | undefined;
  /** Commands that run on the machine that deploys, in the project's folder, at moments of each deploy: a command line, or `{ command, deadline }` with the seconds (300) after which it has failed. No shell. They get what tests get (`commands.pass`) and the facts of the release as `CONDUCTOR_*`: docs/guides/hooks.md. */
  hooks?: {
    /** In a deploy, when its checks are good and before the platform is changed. When it fails, the deploy ends there. */
    "before-deploy"?: HookInput | undefined;
    /** In a rollback, before the platform is changed. */
    "before-rollback"?: HookInput | undefined;
    /** When the platform has the stores, services and settings of the release, before the release is built, its release task is run and it is started. */
    "before-start"?: HookInput | undefined;
    /** When every service of the release is ready and none serves yet. Only where the target waits for it (`local()`); platforms cut over by themselves. */
    "before-cutover"?: HookInput | undefined;
    /** When the release was seen through the public address, before it is watched (`bake`). */
    "after-cutover"?: HookInput | undefined;
    /** In a deploy, when the release is live and went through its bake. */
    "after-deploy"?: HookInput | undefined;
    /** In a rollback, when the earlier release is live again. */
    "after-rollback"?: HookInput | undefined;
  } | undefined;
  /** What the checks have to know about this project. */
  checks?: {
    /**
     * Git remote that the team shares.
     * @default "origin"
     */
    remote?: string | undefined;
    /** The file that lists all settings for people, compared with what the code knows. */
    example?: {
      /** @default ".env.example" */
      file?: string | undefined;
      /** Every setting that the code knows. */
      names: string[];
    } | undefined;
    /** Globs of files in which what looks like a secret is none (test data). */
    secretsAllowedIn?: string[] | undefined;
    /**
     * Settings that list the origins or hosts which are let in, separated by commas.
     * @default ["CORS_ORIGINS","ALLOWED_ORIGINS","ALLOWED_HOSTS","TRUSTED_ORIGINS"]
     */
    origins?: string[] | undefined;
    /**
     * Settings that sign or encrypt: at least 32 characters and 128 bits of entropy.
     * @default ["SECRET_KEY","BACKUP_SIGNING_KEY"]
     */
    strongKeys?: string[] | undefined;
    /**
     * Public paths whose answers must carry the security headers.
     * @default ["/"]
     */
    headers?: string[] | undefined;
    /** Public paths whose answers must show a rate limit. */
    rateLimited?: string[] | undefined;
    /** Public path that answers 2xx only when the indexes of all queries exist. */
    indexes?: string | undefined;
    /** The client's bundle. */
    bundle?: {
      /** Where the build puts the client. */
      folder: string;
      /**
       * Bytes of all JavaScript and CSS together.
       * @default 2000000
       */
      limit?: number | undefined;
      /** Bytes, gzipped, of what the first page loads. */
      initial?: number | undefined;
      /**
       * Vite's manifest, in the folder; it tells what is loaded lazily.
       * @default ".vite/manifest.json"
       */
      manifest?: string | undefined;
      /**
       * Least number of parts that are loaded only when needed.
       * @default 1
       */
      lazy?: number | undefined;
    } | undefined;
    /** Globs of the client's source, in which nothing is logged to the console. */
    client?: string[] | undefined;
    /** Settings that turn error tracking on (SENTRY_DSN). */
    errorTracking?: string[] | undefined;
    /** Which documents change together with which code. */
    docs?: ({
      title: string;
      /** Files whose change needs a word. */
      when: string[];
      /** Files among them that need none (tests). */
      unless?: string[] | undefined;
      /** Where the word belongs. */
      touch: string[];
    })[] | undefined;
    /**
     * Requests through the public address after a deploy.
     * @default [{"path":"/","status":200}]
     */
    smoke?: ({
      path: string;
      /** @default 200 */
      status?: number | undefined;
      /** Text that the answer must contain. */
      contains?: string | undefined;
    })[] | undefined;
    /** Where to look for new issues after a deploy. */
    sentry?: {
      /** @default "https://sentry.io" */
      url?: string | undefined;
      organization: string;
      project: string;
      /** Name of the secret that holds an API token which may read issues. */
      token: string;
    } | undefined;
  } | undefined;
  /** Named instances of the project; `deploy` without a name takes the first. */
  environments: Record<string, {
    /** Where it runs: `local()`, `railway()`, `render()`, `digitalocean()`, `swarm()`. */
    target: {
      kind: string;
      settings: unknown;
    };
    /** Settings of this environment. Each goes to every service that declares a setting of that name. */
    settings?: Record<string, Setting> | undefined;
    /** What differs for single services. */
    services?: Record<string, {
      image?: string | undefined;
      replicas?: number | undefined;
      drain?: number | undefined;
      settings?: Record<string, Setting> | undefined;
    }> | undefined;
    /** Outside servers to use here. */
    stores?: Record<string, {
      /** An outside server to use instead of one that the target provides. */
      url?: string | SecretReference | undefined;
    }> | undefined;
    /** Host names of each public service; the first is the main one. */
    domains?: Record<string, string[]> | undefined;
    /** Branch that is deployed here; deploying another one is a failed check. */
    branch?: string | undefined;
    /** Seconds after cutover in which the new release is watched and rolled back by itself when it turns bad. Default: 120; on `local()`: 0. */
    bake?: number | undefined;
    /** What is bad enough, while baking, to roll a release back. */
    bounds?: {
      /**
       * Share of 5xx answers above that of the release before, by at least 3 of them.
       * @default 0.02
       */
      errors?: number | undefined;
      /**
       * p95 in multiples of that of the release before.
       * @default 3
       */
      slower?: number | undefined;
      /**
       * Milliseconds below which a p95 is never slow.
       * @default 200
       */
      slow?: number | undefined;
      /**
       * So many restarts of a service.
       * @default 2
       */
      restarts?: number | undefined;
      /**
       * Lines of level error in a minute, of a service, above those of the release before.
       * @default 10
       */
      errorLines?: number | undefined;
      /**
       * Share of failed tries of jobs above that of the release before, by at least 5 of them.
       * @default 0.1
       */
      failedJobs?: number | undefined;
      /**
       * Answers within 10 s without which neither a share nor a p95 says anything.
       * @default 20
       */
      answers?: number | undefined;
    } | undefined;
    /** Which checks count here. */
    checks?: {
      /** Checks that must be good to deploy. Left out: every one that applies. */
      required?: string[] | undefined;
      /** The only checks that are asked. Left out: all; on `local()`, unless `required` is given: `settings`, `stores-able` and `target`. */
      only?: string[] | undefined;
      /** Checks that are not asked. */
      off?: string[] | undefined;
    } | undefined;
    /** Where backups of the database are kept, for whom and how long. Left out: none are made. */
    backups?: {
      /** `file:FOLDER` (relative to the project) or `s3://BUCKET/PREFIX?endpoint=…&region=…&pathStyle=true`. */
      store: string | SecretReference;
      /** Of the S3 store. Left out: where the AWS SDK looks (environment, files, the role). */
      accessKeyId?: string | SecretReference | undefined;
      /** Of the S3 store. */
      secretAccessKey?: string | SecretReference | undefined;
      /**
       * Who can open them: age public keys; 'team': those in secrets/recipients; 'none': not encrypted.
       * @default "team"
       */
      recipients?: "team" | "none" | string[] | undefined;
      /** Signs them; one that is not signed with it does not count. Left out: the secret BACKUP_SIGNING_KEY, where there is one, with BACKUP_SIGNING_KEY_PREVIOUS still accepted. */
      signingKey?: string | SecretReference | undefined;
      /** How long they are kept. */
      keep?: {
        /**
         * Every one younger than so many days.
         * @default 30
         */
        days?: number | undefined;
        /**
         * The newest verified one of each of so many weeks.
         * @default 0
         */
        weeks?: number | undefined;
        /**
         * The newest verified one of each of so many months.
         * @default 0
         */
        months?: number | undefined;
        /**
         * At least so many verified ones, however old.
         * @default 3
         */
        minimum?: number | undefined;
        /**
         * Days back to which the database can be restored to any time, where MongoDB is a replica set and a worker ships its changes; 0: only to backups.
         * @default 7
         */
        pointInTimeDays?: number | undefined;
      } | undefined;
      /**
       * Hours after which the newest verified one is late.
       * @default 26
       */
      lateAfter?: number | undefined;
      /**
       * Make one before every deploy; without it nothing is deployed.
       * @default false
       */
      beforeDeploy?: boolean | undefined;
      /** Connection string of the database, with its name. Left out: that of the store, as the target has it. */
      source?: string | SecretReference | undefined;
      /** Server to prove backups on. Left out: mongod of this machine, else embedded-mongo. */
      scratch?: string | SecretReference | undefined;
    } | undefined;
    /** Hooks that are added here, or replace the project's of that name; `false`: not here. */
    hooks?: {
      "before-deploy"?: HookInput | false | undefined;
      "before-rollback"?: HookInput | false | undefined;
      "before-start"?: HookInput | false | undefined;
      "before-cutover"?: HookInput | false | undefined;
      "after-cutover"?: HookInput | false | undefined;
      "after-deploy"?: HookInput | false | undefined;
      "after-rollback"?: HookInput | false | undefined;
    } | undefined;
    /** Who is told about deploys and backups: `slack()`, `webhook()`, `email()`. */
    notify?: ({
      kind: "slack";
      /** Address of the incoming webhook; whoever has it can post, so keep it secret. */
      url: string | {
        kind: "secret";
        name: string;
      };
      /**
       * Events that it tells about. Default: all.
       * @default ["started","live","failed","rolled-back","unknown","aborted","locked-out","backup-failed","backup-alarm"]
       */
      on?: ("started" | "live" | "failed" | "rolled-back" | "unknown" | "aborted" | "locked-out" | "backup-failed" | "backup-alarm")[] | undefined;
    } | {
      kind: "webhook";
      /** Address that takes a POST of JSON, signed as Standard Webhooks say. */
      url: string | {
        kind: "secret";
        name: string;
      };
      /** Key of the signature, base64, as in whsec_…. */
      secret: string | {
        kind: "secret";
        name: string;
      };
      /**
       * Events that it tells about. Default: all.
       * @default ["started","live","failed","rolled-back","unknown","aborted","locked-out","backup-failed","backup-alarm"]
       */
      on?: ("started" | "live" | "failed" | "rolled-back" | "unknown" | "aborted" | "locked-out" | "backup-failed" | "backup-alarm")[] | undefined;
    } | {
      kind: "email";
      /** Mail server: smtp://user:password@host:587 or smtps://…. */
      url: string | {
        kind: "secret";
        name: string;
      };
      from: string;
      to: string[];
      /**
       * Events that it tells about. Default: all.
       * @default ["started","live","failed","rolled-back","unknown","aborted","locked-out","backup-failed","backup-alarm"]
       */
      on?: ("started" | "live" | "failed" | "rolled-back" | "unknown" | "aborted" | "locked-out" | "backup-failed" | "backup-alarm")[] | undefined;
    })[] | undefined;
  }>;
};

/** Who is told: `slack()`, `webhook()` or `email()`. */
export type NotifierInput = {
  kind: "slack";
  /** Address of the incoming webhook; whoever has it can post, so keep it secret. */
  url: string | {
    kind: "secret";
    name: string;
  };
  /**
   * Events that it tells about. Default: all.
   * @default ["started","live","failed","rolled-back","unknown","aborted","locked-out","backup-failed","backup-alarm"]
   */
  on?: ("started" | "live" | "failed" | "rolled-back" | "unknown" | "aborted" | "locked-out" | "backup-failed" | "backup-alarm")[] | undefined;
} | {
  kind: "webhook";
  /** Address that takes a POST of JSON, signed as Standard Webhooks say. */
  url: string | {
    kind: "secret";
    name: string;
  };
  /** Key of the signature, base64, as in whsec_…. */
  secret: string | {
    kind: "secret";
    name: string;
  };
  /**
   * Events that it tells about. Default: all.
   * @default ["started","live","failed","rolled-back","unknown","aborted","locked-out","backup-failed","backup-alarm"]
   */
  on?: ("started" | "live" | "failed" | "rolled-back" | "unknown" | "aborted" | "locked-out" | "backup-failed" | "backup-alarm")[] | undefined;
} | {
  kind: "email";
  /** Mail server: smtp://user:password@host:587 or smtps://…. */
  url: string | {
    kind: "secret";
    name: string;
  };
  from: string;
  to: string[];
  /**
   * Events that it tells about. Default: all.
   * @default ["started","live","failed","rolled-back","unknown","aborted","locked-out","backup-failed","backup-alarm"]
   */
  on?: ("started" | "live" | "failed" | "rolled-back" | "unknown" | "aborted" | "locked-out" | "backup-failed" | "backup-alarm")[] | undefined;
};

/** Settings of the target `local()`. */
export type LocalInput = {
  /** Port of this machine on which the project is reached. Default: the one it is reached on already, at first 8080. */
  port?: number | undefined;
  /**
   * How many built releases are kept on disk beside those in use, to go back to at once.
   * @default 5
   */
  keep?: number | undefined;
  /**
   * Seconds for which the release before goes on running after a deploy (what takes requests of it), so that a rollback takes no start; 0: it is ended at once. A machine short of memory keeps none.
   * @default 600
   */
  warm?: number | undefined;
};

/** Settings of the target `railway()`. */
export type RailwayInput = {
  /** Name of the project on Railway. Default: the project's name. */
  name?: string | undefined;
  /** Name or id of the workspace. Needed only when the token sees several. */
  workspace?: string | undefined;
  /** GitHub repository that is deployed, `owner/repository`. Not needed when services run images. */
  repository?: string | undefined;
  /** Where it runs, such as `europe-west4-drams3a`. Default: what the workspace prefers. */
  region?: string | undefined;
  /**
   * Seconds that the old deployment goes on beside the new one. Railway itself would take 0.
   * @default 10
   */
  overlap?: number | undefined;
  /** Most vCPUs that a replica may use. */
  cpus?: number | undefined;
  /** Most GB of memory that a replica may use. */
  memory?: number | undefined;
  /** US dollars a month after which Railway warns, and stops everything, in the whole workspace. */
  spending?: {
    warn: number;
    stop?: number | undefined;
  } | undefined;
  /**
   * Schedules on which Railway itself backs up the volumes of the stores.
   * @default ["daily","weekly"]
   */
  backups?: ("daily" | "weekly" | "monthly")[] | undefined;
  /**
   * Address of the API, to go through a proxy.
   * @default "https://backboard.railway.com/graphql/v2"
   */
  api?: string | undefined;
};

/** Settings of the target `render()`. */
export type RenderInput = {
  /** First part of every name on Render: `crm` gives `crm-production-backend`. Default: the project's name. */
  name?: string | undefined;
  /** Id of the workspace, `tea-…`. Needed only when the key sees several. */
  workspace?: string | undefined;
  /** Repository that is deployed, `https://github.com/owner/repository`. Not needed for images. */
  repository?: string | undefined;
  /**
   * Branch that the services follow; deploys name their commit.
   * @default "main"
   */
  branch?: string | undefined;
  /**
   * Where it runs. Cannot be changed later.
   * @default "frankfurt"
   */
  region?: "frankfurt" | "oregon" | "ohio" | "singapore" | "virginia" | undefined;
  /**
   * Plan of each replica.
   * @default "starter"
   */
  plan?: "starter" | "standard" | "pro" | "pro_plus" | "pro_max" | "pro_ultra" | undefined;
  /**
   * Plan of the Key Value store that serves as redis. The free one loses its data.
   * @default "starter"
   */
  redis?: "starter" | "standard" | "pro" | "pro_plus" | undefined;
  /** Run MongoDB as a private service on a disk: a replica set of one member, so with transactions; down for some minutes at each change. Left out: give the store a `url`. */
  mongodb?: {
    /**
     * Size of its disk in GB. It can only grow.
     * @default 10
     */
    disk?: number | undefined;
  } | undefined;
  /** Id of Render's credential for a private image registry, `rgc-…`. */
  registryCredential?: string | undefined;
  /**
   * Address of the API, to go through a proxy.
   * @default "https://api.render.com/v1"
   */
  api?: string | undefined;
};

/** Settings of the target `digitalocean()`. */
export type DigitalOceanInput = {
  /** Name of the app. Default: project and environment, `crm-production`; cut, with a hash of the whole, where that is too long. */
  name?: string | undefined;
  /**
   * Where it runs. What exists stays where it is, and a check says so.
   * @default "fra"
   */
  region?: "atl" | "nyc" | "sfo" | "tor" | "ams" | "fra" | "lon" | "blr" | "sgp" | "syd" | undefined;
  /**
   * Size of each replica; more than one needs `apps-s-1vcpu-1gb` or larger.
   * @default "apps-s-1vcpu-1gb"
   */
  size?: string | undefined;
  /** Managed clusters that are the stores. */
  databases?: {
    /** Data center of the clusters. Default: the one of the `region`, `fra1` for `fra`, `nyc3` for `nyc`. ATL1 has no MongoDB. */
    region?: string | undefined;
    /**
     * Size of each node.
     * @default "db-s-1vcpu-1gb"
     */
    size?: string | undefined;
    /**
     * Nodes of each cluster.
     * @default 1
     */
    nodes?: number | undefined;
  } | undefined;
  /** Name of the credential that holds `user:token` for a private registry other than DigitalOcean’s own. */
  registryCredentials?: string | undefined;
  /**
   * Address of the API, to go through a proxy.
   * @default "https://api.digitalocean.com"
   */
  api?: string | undefined;
};

/** Settings of the target `swarm()`. */
export type SwarmInput = {
  /** The manager of the swarm, on which the stores and the public ports are, too: `ssh://deploy@server`, or `unix:///var/run/docker.sock` for this machine. */
  host: string;
  /** The other nodes of the swarm, which images that were built here are sent to. Not needed with a registry. */
  nodes?: string[] | undefined;
  /** Private registry that images of the services are in. Its login goes to no other one. */
  registry?: {
    /** As the names of its images begin: `ghcr.io`. */
    server: string;
    /** Name of the credential that holds `user:token`, as a secret or a variable of this machine. */
    credentials: string;
  } | undefined;
  /** Host name or IP address by which visitors reach the server while it has no domain. Default: the host of `host`. */
  address?: string | undefined;
  /** Public ports of the server. */
  ports?: {
    /** @default 80 */
    http?: number | undefined;
    /** @default 443 */
    https?: number | undefined;
  } | undefined;
  /** How certificates of the domains are got. */
  certificates?: {
    /** Address of the account at the authority, to which it may write. */
    email?: string | undefined;
    /** Directory of an ACME authority, in place of Let’s Encrypt. */
    authority?: string | undefined;
    /** Certificates (PEM) by which that authority and what it issues are trusted, beside the usual ones: by the server, and by Conductor in commands for this environment. */
    roots?: string | undefined;
  } | undefined;
  /**
   * Whether the release before goes on running until the next deploy (what takes requests of it), so that a rollback takes no start. It uses the memory of a second one.
   * @default false
   */
  warm?: boolean | undefined;
  /** Megabytes that each replica may use; left out: no limit. */
  memory?: number | undefined;
  /** Images of what runs beside the services, for servers that reach another registry. */
  images?: {
    /** @default "docker.io/library/node:24-bookworm-slim" */
    switch?: string | undefined;
    /** @default "docker.io/library/caddy:2.10" */
    edge?: string | undefined;
    /** @default "docker.io/library/mongo:8.0" */
    mongodb?: string | undefined;
    /** @default "docker.io/library/redis:8.2" */
    redis?: string | undefined;
  } | undefined;
};
