import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../backup/test/virtual-clock.ts';
import { ask, type Json, unframed } from './engine/ask.ts';
import { packed } from './engine/tar.ts';
import { EngineTwin } from './engine-twin.ts';
import { unansweredFrom } from './twin.ts';

const second = 1e9;
const image = 'example.com/crm:1';

describe('the twin of an engine', () => {
  let clock: VirtualClock;
  let twin: EngineTwin;
  beforeEach(async () => {
    clock = new VirtualClock();
    twin = await new EngineTwin({ clock }).start();
    twin.addImage(image);
  });
  afterEach(async () => {
    await twin.close();
    expect(twin.violations).toEqual([]);
  });

  const engine = (method: string, path: string, body?: unknown) =>
    ask(twin.socket, method, `/v1.41${path}`, body);
  const filter = (filters: object) => `filters=${encodeURIComponent(JSON.stringify(filters))}`;
  const pass = (seconds: number) => clock.sleep(seconds * 1_000);

  const spec = (name: string, part: Record<string, unknown> = {}, container: object = {}) => ({
    Name: name,
    Labels: { 'conductor.service': name, 'conductor.release': 'v1' },
    TaskTemplate: {
      ContainerSpec: { Image: image, Env: ['CONDUCTOR_RELEASE=v1'], ...container },
      RestartPolicy: { Condition: 'any', Delay: second },
    },
    Mode: { Replicated: { Replicas: 1 } },
    EndpointSpec: { Mode: 'dnsrr' },
    ...part,
  });
  const create = async (...of: Parameters<typeof spec>): Promise<string> => {
    const { status, json } = await engine('POST', '/services/create', spec(...of));
    expect([status, json]).toEqual([201, { ID: expect.any(String) }]);
    return json.ID;
  };
  const change = async (name: string, make: (spec: Json) => object, version?: number) => {
    const { json } = await engine('GET', `/services/${name}`);
    const at = version ?? json.Version.Index;
    return engine('POST', `/services/${json.ID}/update?version=${at}`, make(json.Spec));
  };
  /** `desired/state`, with the error and the exit code where there is one. */
  const tasks = async (name: string): Promise<string[]> => {
    const { json } = await engine('GET', `/tasks?${filter({ service: [name] })}`);
    return json.map(({ DesiredState, Status }: Json) =>
      [`${DesiredState}/${Status.State}`, Status.Err, Status.ContainerStatus?.ExitCode || undefined]
        .filter((one) => one !== undefined)
        .join(' '),
    );
  };
  const updateStatus = async (name: string) =>
    (await engine('GET', `/services/${name}`)).json.UpdateStatus?.State;
  const containerOf = async (name: string): Promise<string> => {
    const { json } = await engine(
      'GET',
      `/tasks?${filter({ service: [name], 'desired-state': ['running'] })}`,
    );
    return json[0].Status.ContainerStatus.ContainerID;
  };
  const exec = async (container: string, Cmd: string[], Env: string[] = []) => {
    const made = await engine('POST', `/containers/${container}/exec`, {
      ...{ AttachStdout: true, AttachStderr: true, Cmd, Env },
    });
    expect(made.status).toBe(201);
    const { status, bytes } = await engine('POST', `/exec/${made.json.Id}/start`, {
      Detach: false,
      Tty: false,
    });
    const { ExitCode, Running } = (await engine('GET', `/exec/${made.json.Id}/json`)).json;
    return { status, ExitCode, Running, ...unframed(bytes) };
  };

  describe('services', () => {
    it('moves a task through its states until it runs', async () => {
      const ID = await create('api');
      const seen: string[] = [];
      for (let i = 0; i < 40; i++) {
        const [one] = await tasks('api');
        if (one !== seen.at(-1)) seen.push(one!);
        await pass(0.05);
      }
      expect(seen).toEqual(
        ['new', 'assigned', 'accepted', 'preparing', 'starting', 'running'].map(
          (state) => `running/${state}`,
        ),
      );
      const { json } = await engine('GET', `/services?status=true&${filter({ name: ['ap'] })}`);
      expect(json).toHaveLength(1);
      expect(json[0]).toMatchObject({ ID, ServiceStatus: { RunningTasks: 1, DesiredTasks: 1 } });
      expect(json[0]).not.toHaveProperty('UpdateStatus');
    });

    it('runs a task that is checked once its check has said yes', async () => {
      await create('api', {}, { HealthCheck: { Test: ['CMD', 'true'], Interval: second } });
      await pass(1);
      expect(await tasks('api')).toEqual(['running/starting']);
      await pass(1);
      expect(await tasks('api')).toEqual(['running/running']);
      const { Spec } = (await engine('GET', '/services/api')).json;
      // The engine says it in its own way, and takes it so.
      expect(Spec.TaskTemplate.ContainerSpec).toHaveProperty('Healthcheck');
      expect((await change('api', (one) => one)).json).toEqual({ Warnings: null });
    });

    it('refuses a name that is taken, and what leads nowhere', async () => {
      await create('api');
      const said = async (body: unknown) => {
        const { status, json } = await engine('POST', '/services/create', body);
        return `${status} ${json.message}`;
      };
      expect(await said(spec('api'))).toBe(
        '409 rpc error: code = AlreadyExists desc = name conflicts with an existing object: service api already exists',
      );
      expect(await said(spec('a b'))).toContain(
        '400 rpc error: code = InvalidArgument desc = name must be valid',
      );
      expect(await said(spec('x'.repeat(64)))).toContain('name must be 63 characters or fewer');
      expect(await said(spec('y', {}, { Image: '' }))).toContain('image reference must be provided');
      const secret = { SecretID: 'z', SecretName: 'zz', File: { Name: 'z', UID: '0', GID: '0', Mode: 256 } };
      expect(await said(spec('y', {}, { Secrets: [secret] }))).toBe(
        '400 rpc error: code = InvalidArgument desc = secret not found: zz',
      );
      expect((await engine('GET', '/services/nope')).json).toEqual({ message: 'service nope not found' });
      expect((await engine('GET', `/tasks?${filter({ service: ['nope'] })}`)).status).toBe(404);
      expect((await engine('GET', `/services?${filter({ bogus: ['x'] })}`)).json).toEqual({
        message: "Invalid filter 'bogus'",
      });
    });

    it.each([
      ['crash', 'shutdown/failed task: non-zero exit (3) 3'],
      ['no-image', `shutdown/rejected No such image: ${image}`],
    ] as const)(
      'tries for ever with a service that is a %s, and says nothing of it',
      async (behaviour, ended) => {
        twin.behave = () => behaviour;
        await create('api');
        await pass(30);
        const seen = await tasks('api');
        expect(seen).toHaveLength(5);
        expect(seen.slice(0, 4)).toEqual([ended, ended, ended, ended]);
        const { json } = await engine('GET', '/services/api');
        expect(json).not.toHaveProperty('UpdateStatus');
      },
    );

    it('leaves evidence of a crash in the logs of its task', async () => {
      twin.behave = () => 'crash';
      await create('api');
      await pass(1.2);
      const { json } = await engine('GET', `/tasks?${filter({ service: ['api'] })}`);
      const { bytes } = await engine('GET', `/tasks/${json[0].ID}/logs?stdout=1&stderr=1&tail=1`);
      expect(unframed(bytes)).toEqual({
        stdout: '',
        stderr: 'Error: connect ECONNREFUSED 10.0.1.99:27017\n',
      });
    });

    it('waits for a node that fits', async () => {
      const constraints = { Placement: { Constraints: ['node.labels.store == yes'] } };
      const plain = spec('api').TaskTemplate;
      await create('api', { TaskTemplate: { ...plain, ...constraints } });
      await pass(60);
      expect(await tasks('api')).toEqual([
        'running/pending no suitable node (scheduling constraints not satisfied on 1 node)',
      ]);
      const [node] = (await engine('GET', '/nodes')).json;
      const label = (version: number) =>
        engine('POST', `/nodes/${node.ID}/update?version=${version}`, {
          ...node.Spec,
          Labels: { store: 'yes' },
        });
      expect((await label(node.Version.Index - 1)).status).toBe(500);
      expect((await label(node.Version.Index)).status).toBe(200);
      await pass(2);
      expect(await tasks('api')).toEqual(['running/running']);
      twin.behave = () => 'no-node';
      await create('other');
      await pass(60);
      expect(await tasks('other')).toEqual([
        'running/pending no suitable node (scheduling constraints not satisfied on 1 node)',
      ]);
    });

    it('ends a task that is never healthy without an error, as if all were well', async () => {
      twin.behave = () => 'unhealthy';
      await create('api', {}, { HealthCheck: { Test: ['CMD', 'x'], Interval: second, Retries: 2 } });
      await pass(2);
      expect(await tasks('api')).toEqual(['running/starting']);
      await pass(2);
      expect((await tasks('api'))[0]).toBe('shutdown/complete');
      const { Status } = (await engine('GET', `/tasks?${filter({ service: ['api'] })}`)).json[0];
      expect(Status).toMatchObject({ Message: 'finished', ContainerStatus: { ExitCode: 0 } });
      expect(Status).not.toHaveProperty('Err');
      const { State } = (await engine('GET', `/containers/${Status.ContainerStatus.ContainerID}/json`)).json;
      expect(State).toMatchObject({ Status: 'exited', Health: { Status: 'unhealthy' } });
    });

    it('replaces one that becomes sick, again and again', async () => {
      twin.behave = () => 'sick-later';
      await create('api');
      await pass(10);
      expect(await tasks('api')).toEqual(['running/running']);
      await pass(60);
      expect((await tasks('api')).filter((one) => one === 'shutdown/complete').length).toBeGreaterThan(1);
    });

    it('runs a task once that is not to be started again', async () => {
      const once = (name: string) =>
        create(name, {
          TaskTemplate: {
            ContainerSpec: { Image: image, HealthCheck: { Test: ['NONE'] } },
            RestartPolicy: { Condition: 'none' },
          },
        });
      await once('release-1');
      twin.behave = () => 'task-fails';
      await once('release-2');
      await pass(60);
      expect(await tasks('release-1')).toEqual(['shutdown/complete']);
      expect(await tasks('release-2')).toEqual(['shutdown/failed task: non-zero exit (3) 3']);
      twin.behave = () => 'good';
      twin.once = ({ variables }) => ({
        exitCode: 2,
        lines: [`of ${variables.CONDUCTOR_RELEASE ?? 'none'}`],
      });
      await once('run-1');
      await pass(60);
      expect(await tasks('run-1')).toEqual(['shutdown/failed task: non-zero exit (2) 2']);
      const { bytes } = await engine('GET', '/services/run-1/logs?stdout=1');
      expect(unframed(bytes).stdout).toBe('run-1 starts\nof none\n');
    });

    it('scales without a word of an update, and forgets what it has ended', async () => {
      await create('api');
      await pass(3);
      const scaled = (count: number) =>
        change('api', (one) => ({ ...one, Mode: { Replicated: { Replicas: count } } }));
      await scaled(3);
      await pass(3);
      expect(await tasks('api')).toEqual(['running/running', 'running/running', 'running/running']);
      expect(await updateStatus('api')).toBeUndefined();
      twin.endsIn = () => 20_000;
      await scaled(0);
      await pass(1);
      expect(await tasks('api')).toEqual(['remove/running -1', 'remove/running -1', 'remove/running -1']);
      // The grace of ten seconds, then it is killed.
      await pass(10);
      expect(await tasks('api')).toEqual([]);
    });

    it('refuses an update that is made of an older version, another name or a part', async () => {
      await create('api');
      const stale = await change('api', (one) => one, 3);
      expect([stale.status, stale.json.message]).toEqual([
        500,
        'rpc error: code = Unknown desc = update out of sequence',
      ]);
      expect((await change('api', (one) => ({ ...one, Name: 'x' }))).status).toBe(501);
      expect((await change('api', () => ({ Name: 'api' }))).json).toEqual({
        message: 'mismatched Runtime and *Spec fields',
      });
      expect(twin.violations.splice(0)).toEqual(['update of api without its whole Spec']);
    });

    const variable = (value: string) => (one: Json) => {
      one.TaskTemplate.ContainerSpec.Env = [`CONDUCTOR_RELEASE=${value}`];
      return one;
    };

    it('updates, and says that it is done only after it has watched for a while', async () => {
      await create('api', { UpdateConfig: { Order: 'start-first', Monitor: 5 * second } });
      await pass(3);
      await change('api', variable('v2'));
      expect(await updateStatus('api')).toBeUndefined();
      await pass(0.5);
      expect(await updateStatus('api')).toBe('updating');
      await pass(3);
      expect(await tasks('api')).toEqual(['shutdown/shutdown', 'running/running']);
      expect(await updateStatus('api')).toBe('updating');
      await pass(5);
      expect(await updateStatus('api')).toBe('completed');
      // The same again: it disappears, and never says that it is done.
      await change('api', (one) => one);
      await pass(60);
      expect(await updateStatus('api')).toBeUndefined();
    });

    it('rolls an update back whose tasks do not run, and then has nothing to roll back', async () => {
      await create('api', { UpdateConfig: { FailureAction: 'rollback', Monitor: 5 * second } });
      await pass(3);
      twin.behave = (_service, { CONDUCTOR_RELEASE }) => (CONDUCTOR_RELEASE === 'v2' ? 'crash' : 'good');
      await change('api', variable('v2'));
      await pass(20);
      const { json } = await engine('GET', '/services/api');
      expect(json.UpdateStatus).toMatchObject({ State: 'rollback_completed', Message: 'rollback completed' });
      expect(json).not.toHaveProperty('PreviousSpec');
      expect(json.Spec.TaskTemplate.ContainerSpec.Env).toEqual(['CONDUCTOR_RELEASE=v1']);
      expect((await tasks('api')).at(-1)).toBe('running/running');
      const again = await engine(
        'POST',
        `/services/api/update?version=${json.Version.Index}&rollback=previous`,
        json.Spec,
      );
      expect([again.status, again.json.message]).toEqual([
        400,
        `rpc error: code = FailedPrecondition desc = service ${json.ID} does not have a previous spec`,
      ]);
    });

    it('pauses an update that fails where nothing else is asked for', async () => {
      await create('api');
      await pass(3);
      twin.behave = () => 'crash';
      await change('api', variable('v2'));
      await pass(20);
      const { UpdateStatus } = (await engine('GET', '/services/api')).json;
      expect(UpdateStatus.State).toBe('paused');
      expect(UpdateStatus.Message).toMatch(
        /^update paused due to failure or early termination of task \w{25}$/,
      );
    });

    it('forgets a service at once, and its tasks when they have ended', async () => {
      await create('api');
      await pass(3);
      expect((await engine('DELETE', '/services/api')).status).toBe(200);
      expect((await engine('GET', '/services/api')).status).toBe(404);
      const left = async () =>
        (await engine('GET', `/tasks?${filter({ label: ['conductor.service=api'] })}`)).json.length;
      expect(await left()).toBe(1);
      await pass(1);
      expect(await left()).toBe(0);
    });
  });

  describe('secrets, configs, networks and volumes', () => {
    const base64 = (text: string) => Buffer.from(text).toString('base64');

    it('takes a secret once, never gives it back, and keeps it while a service names it', async () => {
      const body = { Name: 'crm-v1', Labels: { release: 'v1' }, Data: base64('A=b\n') };
      const { status, json } = await engine('POST', '/secrets/create', body);
      expect(status).toBe(201);
      expect((await engine('POST', '/secrets/create', body)).json.message).toBe(
        'rpc error: code = AlreadyExists desc = secret crm-v1 already exists',
      );
      const { Spec } = (await engine('GET', '/secrets/crm-v1')).json;
      expect(Spec).toEqual({ Name: 'crm-v1', Labels: { release: 'v1' } });
      const found = await engine('GET', `/secrets?${filter({ label: ['release=v1'], name: ['crm'] })}`);
      expect(found.json).toHaveLength(1);
      const File = { Name: 'settings', UID: '0', GID: '0', Mode: 256 };
      await create('api', {}, { Secrets: [{ SecretID: json.ID, SecretName: 'crm-v1', File }] });
      const used = await engine('DELETE', `/secrets/${json.ID}`);
      expect([used.status, used.json.message]).toEqual([
        400,
        "rpc error: code = InvalidArgument desc = secret 'crm-v1' is in use by the following service: api",
      ]);
      await engine('DELETE', '/services/api');
      expect((await engine('DELETE', `/secrets/${json.ID}`)).status).toBe(204);
      expect((await engine('DELETE', `/secrets/${json.ID}`)).status).toBe(404);
    });

    it('refuses too much data and no data', async () => {
      const said = async (Data: string) =>
        (await engine('POST', '/secrets/create', { Name: 'a', Data })).json.message;
      const limits =
        'rpc error: code = InvalidArgument desc = secret data must be larger than 0 and less than 512000 bytes';
      expect(await said('')).toBe(limits);
      expect(await said(base64('x'.repeat(512_001)))).toBe(limits);
      expect(await said('***')).toBe('illegal base64 data at input byte 0');
    });

    it('gives a config back, and lets only its labels be changed', async () => {
      await engine('POST', '/configs/create', { Name: 'edge', Data: base64('{}') });
      const { json } = await engine('GET', '/configs/edge');
      expect(json.Spec).toEqual({ Name: 'edge', Labels: {}, Data: base64('{}') });
      const to = (spec: object) =>
        engine('POST', `/configs/${json.ID}/update?version=${json.Version.Index}`, spec);
      expect((await to({ Name: 'edge', Data: base64('[]') })).json.message).toContain(
        'only updates to Labels are allowed',
      );
      expect((await to({ Name: 'edge', Labels: { a: 'b' } })).status).toBe(200);
    });

    it('gives tasks addresses in a network, which cannot be removed while one is used', async () => {
      const body = { Name: 'crm-production', Driver: 'overlay', Attachable: true };
      expect((await engine('POST', '/networks/create', body)).status).toBe(201);
      expect((await engine('POST', '/networks/create', body)).json).toEqual({
        message: 'network with name crm-production already exists',
      });
      const plain = spec('api').TaskTemplate;
      await create('api', { TaskTemplate: { ...plain, Networks: [{ Target: 'crm-production' }] } });
      await pass(3);
      const [task] = (await engine('GET', '/tasks')).json;
      expect(task.NetworksAttachments[0].Addresses).toEqual(['10.0.1.2/24']);
      const [network] = (await engine('GET', `/networks?${filter({ name: ['production'] })}`)).json;
      expect(task.Spec.Networks).toEqual([{ Target: network.Id }]);
      const used = await engine('DELETE', `/networks/${network.Id}`);
      expect([used.status, used.json.message]).toEqual([
        400,
        `rpc error: code = FailedPrecondition desc = network ${network.Id} is in use by service ${task.ServiceID}`,
      ]);
      await engine('DELETE', '/services/api');
      await pass(1);
      expect((await engine('DELETE', '/networks/crm-production')).status).toBe(204);
    });

    it('has the volume that a task has mounted, until nothing of it is left', async () => {
      const Mounts = [{ Type: 'volume', Source: 'crm-mongodb', Target: '/data' }];
      await create('mongodb', {}, { Mounts });
      await pass(3);
      expect((await engine('GET', '/volumes')).json.Volumes[0].Name).toBe('crm-mongodb');
      const used = await engine('DELETE', '/volumes/crm-mongodb');
      expect(used.json.message).toMatch(/^remove crm-mongodb: volume is in use - \[[0-9a-f]{64}\]$/);
      await engine('DELETE', '/services/mongodb');
      await pass(1);
      expect((await engine('DELETE', '/volumes/crm-mongodb')).status).toBe(204);
      expect((await engine('DELETE', '/volumes/crm-mongodb')).status).toBe(404);
    });
  });

  describe('images', () => {
    const named = (name: string) => engine('GET', `/images/${name}/json`);

    it('says which images are not there', async () => {
      const { status, json } = await named('nope');
      expect([status, json.message]).toEqual([404, 'no such image: nope: No such image: nope:latest']);
      expect((await named(image)).status).toBe(200);
      expect((await named(encodeURIComponent(image))).status).toBe(200);
    });

    it('pulls what the registry has', async () => {
      const digest = `ghcr.io/example/crm@sha256:${'ab12'.repeat(16)}`;
      const pull = (from: string) => engine('POST', `/images/create?fromImage=${encodeURIComponent(from)}`);
      expect((await pull('ghcr.io/example/crm')).json.message).toMatch(/^pull access denied/);
      expect((await pull(digest)).text).toContain('Downloaded newer image');
      expect((await named(digest)).json.RepoDigests).toEqual([digest]);
    });

    it('builds the same of the same, and says why it cannot', async () => {
      const context = packed([{ name: 'docker/Dockerfile', data: Buffer.from('FROM node\nRUN npm ci\n') }]);
      const labels = encodeURIComponent('{"release":"v1"}');
      const build = (tag: string, file = 'docker/Dockerfile') =>
        engine('POST', `/build?t=${tag}&dockerfile=${encodeURIComponent(file)}&labels=${labels}`, context);
      const ids = [];
      for (const tag of ['crm/api:1', 'crm/api:2']) {
        const { text } = await build(tag);
        expect(text).toContain('Step 2/2 : RUN npm ci');
        ids.push(JSON.parse(text.split('\r\n').find((one) => one.includes('aux'))!).aux.ID);
      }
      expect(ids[0]).toBe(ids[1]);
      expect((await named(ids[0])).json.RepoTags).toEqual(['crm/api:1', 'crm/api:2']);
      const found = await engine('GET', `/images/json?${filter({ label: ['release=v1'] })}`);
      expect(found.json).toHaveLength(1);
      expect((await build('crm/api:3', 'nope')).json).toEqual({
        message: 'Cannot locate specified Dockerfile: nope',
      });
      twin.buildFails = () => "The command '/bin/sh -c npm ci' returned a non-zero code: 1";
      expect((await build('crm/api:4')).text).toContain('"errorDetail":{"code":1,"message":"The command');
      twin.buildFails = () => null;
      twin.fillDisk();
      expect((await build('crm/api:5')).text).toContain('no space left on device');
      expect((await named('crm/api:5')).status).toBe(404);
      expect((await engine('POST', '/services/create', spec('api'))).json.message).toMatch(
        /no space left on device$/,
      );
    });

    it('goes from one node to another', async () => {
      const other = await twin.socketOf(twin.addNode());
      twin.addImage('crm/api:1', { labels: { release: 'v1' } }, [twin.cluster.nodes[0]!]);
      const { Id } = (await named('crm/api:1')).json;
      expect((await ask(other, 'GET', `/images/${Id}/json`)).status).toBe(404);
      const { bytes } = await engine('GET', '/images/crm%2Fapi:1/get');
      const loaded = await ask(other, 'POST', '/images/load?quiet=1', bytes);
      expect(loaded.text.trim()).toBe('{"stream":"Loaded image: crm/api:1\\n"}');
      expect((await ask(other, 'GET', `/images/${Id}/json`)).json.RepoTags).toEqual(['crm/api:1']);
      expect((await ask(other, 'GET', '/services')).json.message).toMatch(
        /^This node is not a swarm manager/,
      );
    });

    it('keeps an image that a container is made of', async () => {
      await create('api');
      await pass(3);
      const { Id } = (await named(image)).json;
      expect((await engine('DELETE', `/images/${encodeURIComponent(image)}`)).status).toBe(409);
      expect((await engine('DELETE', `/images/${Id}`)).json.message).toMatch(
        /^conflict: unable to delete \w{12} \(cannot be forced\) - image is being used by running container \w{12}$/,
      );
      expect((await engine('POST', `/images/${Id}/tag?repo=crm/other&tag=2`)).status).toBe(201);
      expect((await engine('DELETE', '/images/crm/other:2')).json).toEqual([{ Untagged: 'crm/other:2' }]);
      await engine('DELETE', '/services/api');
      await pass(1);
      expect((await engine('DELETE', `/images/${Id}`)).json).toEqual([{ Untagged: image }, { Deleted: Id }]);
    });
  });

  describe('programs, logs and visitors', () => {
    const role = (name: string) => ({ Labels: { 'conductor.role': name } });

    it('answers 200 whatever a program ends with', async () => {
      await create('api');
      await pass(3);
      twin.program = ({ command, variables }) => ({
        exitCode: 5,
        stdout: `${command.join(' ')} ${variables.A}\n`,
        stderr: 'no\n',
      });
      expect(await exec(await containerOf('api'), ['sh', '-c', 'x'], ['A=b=c'])).toEqual({
        ...{ status: 200, ExitCode: 5, Running: false },
        ...{ stdout: 'sh -c x b=c\n', stderr: 'no\n' },
      });
      expect((await engine('POST', '/containers/nope/exec', { Cmd: ['x'] })).status).toBe(404);
    });

    it('is the switch, and leads visitors by host and path to what runs', async () => {
      await create('crm-switch', role('switch'));
      await create('api-v1');
      await create('web-v1');
      await pass(3);
      const container = await containerOf('crm-switch');
      const ask = (verb: string, env: string[] = []) =>
        exec(container, ['node', '/conductor/switch.mjs', verb], env);
      const table = {
        release: 'v1',
        services: [
          {
            service: 'api',
            release: 'v1',
            paths: ['/api'],
            name: 'api-v1',
            port: 8080,
            health: '/api/ready',
          },
          { service: 'web', release: 'v1', paths: ['/'], hosts: ['a.test'], name: 'web-v1', port: 8080 },
        ],
      };
      expect(JSON.parse((await ask('table')).stdout)).toEqual({
        table: null,
        addresses: {},
        maintenance: null,
      });
      expect((await fetch(`${twin.publicUrl}/api`)).status).toBe(503);
      expect(
        JSON.parse((await ask('route', [`CONDUCTOR_TABLE=${JSON.stringify(table)}`])).stdout).table,
      ).toEqual(table);
      twin.nameless = true;
      const visit = async (path: string) => {
        const answer = await fetch(`${twin.publicUrl}${path}`);
        return `${answer.status} ${answer.headers.get('x-release')}`;
      };
      expect(await visit('/api/v1/leads')).toBe('200 v1');
      expect(await visit('/apis')).toBe('503 null');
      expect(twin.table('crm-switch')?.release).toBe('v1');
      expect(twin.serving('api')).toBe('v1');
      const lost = { ...table, services: [{ ...table.services[0], name: 'api-v2', release: 'v2' }] };
      const refused = await ask('route', [`CONDUCTOR_TABLE=${JSON.stringify(lost)}`]);
      expect([refused.ExitCode, JSON.parse(refused.stderr).error.code]).toEqual([1, 'switch.unresolved']);
      expect(JSON.parse((await ask('table')).stdout).table).toEqual(table);
      const notice = { since: '2026-11-23T12:00:00Z', pass: 'p'.repeat(16) };
      await ask('maintenance', [`CONDUCTOR_MAINTENANCE=${JSON.stringify(notice)}`]);
      expect(await visit('/api')).toBe('503 null');
      const passed = await fetch(`${twin.publicUrl}/api`, { headers: { 'x-conductor-pass': notice.pass } });
      expect(passed.status).toBe(200);
      twin.removeByHand('api-v1');
      await pass(1);
      expect(twin.serving('api')).toBeNull();
    });

    it('has an application behind each service that runs', async () => {
      await create('api');
      const url = twin.addressOf('api')!;
      await expect(fetch(url)).rejects.toThrow();
      await pass(3);
      expect((await fetch(`${url}/any`)).headers.get('x-release')).toBe('v1');
    });

    it('takes what an edge is told, and knows the secrets of a store', async () => {
      await create('conductor-edge', role('edge'));
      const Data = Buffer.from("REDIS_PASSWORD='it'\\''s'\n").toString('base64');
      const { json } = await engine('POST', '/secrets/create', { Name: 'redis', Data });
      const File = { Name: 'settings', UID: '0', GID: '0', Mode: 256 };
      await create('crm-redis', role('store'), {
        Secrets: [{ SecretID: json.ID, SecretName: 'redis', File }],
      });
      await pass(3);
      await exec(await containerOf('conductor-edge'), ['caddy', 'reload'], ['CONFIG={}']);
      expect(twin.told).toEqual([
        { service: 'conductor-edge', command: ['caddy', 'reload'], variables: { CONFIG: '{}' } },
      ]);
      const store = await containerOf('crm-redis');
      expect((await exec(store, ['cat', '/run/secrets/settings'])).stdout).toBe(
        "REDIS_PASSWORD='it'\\''s'\n",
      );
      expect((await exec(store, ['sh', '-c', 'printf %s "$REDIS_PASSWORD"'])).stdout).toBe("it's");
    });

    it('tells what was written, in frames, with details and time', async () => {
      await create('api');
      await pass(3);
      const { bytes } = await engine(
        'GET',
        '/services/api/logs?stdout=1&stderr=1&details=1&timestamps=1&tail=1',
      );
      const [node] = twin.cluster.nodes;
      expect(unframed(bytes).stdout).toMatch(
        new RegExp(
          `^2026-11-23T12:00:0\\d\\.\\d{9}Z com\\.docker\\.swarm\\.node\\.id=${node!.id},com\\.docker\\.swarm\\.service\\.id=\\w{25},com\\.docker\\.swarm\\.task\\.id=\\w{25} api is ready\\n$`,
        ),
      );
      const lines: string[] = [];
      const followed = request(
        { socketPath: twin.socket, path: '/v1.41/services/api/logs?stdout=1&follow=1&tail=0' },
        (answer) => answer.on('data', (data: Buffer) => lines.push(unframed(data).stdout)),
      ).end();
      followed.on('error', () => {});
      await expect.poll(() => twin.requests.at(-1)?.path).toBe('/v1.41/services/api/logs');
      await change('api', (one) => ({ ...one, Mode: { Replicated: { Replicas: 2 } } }));
      await pass(3);
      twin.look();
      await expect.poll(() => lines.join('')).toBe('api starts\napi is ready\n');
      followed.destroy();
      expect((await engine('GET', '/services/api/logs')).json).toEqual({
        message: 'Bad parameters: you must choose at least one stream',
      });
    });
  });

  describe('nodes and the machine', () => {
    it('moves what runs on a node that is drained or gone', async () => {
      const other = twin.addNode();
      twin.addImage(image);
      await create('api', { Mode: { Replicated: { Replicas: 2 } } });
      await pass(3);
      const where = async () =>
        (await engine('GET', `/tasks?${filter({ 'desired-state': ['running'] })}`)).json.map(
          ({ NodeID }: Json) => NodeID,
        );
      expect(new Set(await where()).size).toBe(2);
      twin.loseNode(other);
      await pass(12);
      expect(new Set(await where()).size).toBe(2);
      await pass(4);
      expect(new Set(await where())).toEqual(new Set([twin.cluster.nodes[0]!.id]));
      // Nobody can tell the other one to end.
      expect((await tasks('api')).filter((one) => one === 'shutdown/running')).toHaveLength(1);
      twin.findNode(other);
      await pass(1);
      expect((await tasks('api')).filter((one) => one === 'shutdown/shutdown')).toHaveLength(1);
    });

    it('says nothing of the swarm without a leader, and runs on', async () => {
      await create('api');
      await pass(3);
      twin.loseLeader();
      const late = await engine('GET', '/services');
      expect(late.json.message).toBe('rpc error: code = DeadlineExceeded desc = context deadline exceeded');
      const { status, json } = await engine('GET', '/services');
      expect(status).toBe(500);
      expect(json.message).toContain(
        "The swarm does not have a leader. It's possible that too few managers are online.",
      );
      expect((await fetch(twin.addressOf('api')!)).status).toBe(200);
      twin.findLeader();
      expect((await engine('GET', '/services')).status).toBe(200);
    });

    it('says what it is, and refuses versions that it does not speak', async () => {
      const plain = await ask(twin.socket, 'GET', '/version');
      expect(plain.json).toMatchObject({ ApiVersion: '1.41', MinAPIVersion: '1.12' });
      expect(plain.headers['api-version']).toBe('1.41');
      expect((await ask(twin.socket, 'GET', '/v1.44/info')).json).toEqual({
        message: 'client version 1.44 is too new. Maximum supported API version is 1.41',
      });
      const { Swarm } = (await engine('GET', '/info')).json;
      expect(Swarm).toMatchObject({
        LocalNodeState: 'active',
        ControlAvailable: true,
        Managers: 1,
        Nodes: 1,
      });
      expect((await engine('GET', '/_ping')).text).toBe('OK');
      twin.leaveSwarm();
      expect((await engine('GET', '/services')).status).toBe(503);
      expect((await engine('POST', '/swarm/init', { ListenAddr: '127.0.0.1:2377' })).status).toBe(200);
      expect((await engine('GET', '/services')).status).toBe(200);
    });

    it('lets machines join, be demoted, leave and be forgotten, as a real one does', async () => {
      const machine = twin.addMachine();
      const other = await twin.socketOf(machine);
      const at = (socket: string, method: string, path: string, body?: unknown) =>
        ask(socket, method, `/v1.41${path}`, body);
      const said = async (answer: ReturnType<typeof at>) => {
        const { status, json } = await answer;
        return `${status} ${json?.message ?? ''}`.trim();
      };
      const order = (JoinToken: string, to = '192.0.2.1:2377') =>
        at(other, 'POST', '/swarm/join', {
          ...{ ListenAddr: '0.0.0.0:2377', AdvertiseAddr: '192.0.2.2', RemoteAddrs: [to], JoinToken },
        });
      expect((await at(other, 'GET', '/info')).json.Swarm.LocalNodeState).toBe('inactive');
      expect(await said(order('wrong'))).toBe('500 invalid join token');
      expect(await said(order('SWMTKN-1-a-b'))).toMatch(/^400 .*A valid join token is necessary/);
      const { JoinTokens } = (await engine('GET', '/swarm')).json;
      expect(await said(order(JoinTokens.Manager, '192.0.2.9:2377'))).toMatch(/^503 Timeout was reached/);
      expect(await said(order(JoinTokens.Manager))).toBe('200');
      expect(await said(order(JoinTokens.Manager))).toMatch(/^503 This node is already part of a swarm/);

      const node = async () => (await engine('GET', '/nodes')).json.find(({ ID }: Json) => ID === machine.id);
      expect((await node()).ManagerStatus).toMatchObject({
        Reachability: 'reachable',
        Addr: '192.0.2.2:2377',
      });
      for (const query of ['', '?force=true'])
        expect(await said(engine('DELETE', `/nodes/${machine.id}${query}`))).toMatch(
          /must be demoted to worker/,
        );
      expect(await said(at(other, 'POST', '/swarm/leave'))).toMatch(/^503 .*leaves 1 managers out of 2/);
      const { Version, Spec } = await node();
      await engine('POST', `/nodes/${machine.id}/update?version=${Version.Index}`, {
        ...Spec,
        Role: 'worker',
      });
      expect(await said(engine('DELETE', `/nodes/${machine.id}?force=true`))).toMatch(/must be demoted/);
      await pass(1);
      expect((await node()).ManagerStatus).toBeUndefined();
      expect((await at(other, 'GET', '/info')).json.Swarm.ControlAvailable).toBe(false);
      expect(await said(engine('DELETE', `/nodes/${machine.id}`))).toMatch(
        /is not down and can't be removed/,
      );
      expect(await said(at(other, 'POST', '/swarm/leave'))).toBe('200');
      // The managers notice after a while.
      expect((await node()).Status.State).toBe('ready');
      await pass(20);
      expect((await node()).Status).toMatchObject({ State: 'down', Message: 'heartbeat failure' });
      expect(await said(engine('DELETE', `/nodes/${machine.id}`))).toBe('200');
      expect(await said(at(other, 'POST', '/swarm/leave'))).toBe('503 This node is not part of a swarm');
      expect(await said(engine('POST', '/swarm/leave'))).toMatch(/^503 .*Removing the last manager erases/);
    });

    it('misbehaves when it is asked to', async () => {
      twin.faults = (n) => (n === 0 ? 'lost-done' : n === 1 ? 'error' : null);
      await expect(engine('POST', '/services/create', spec('api'))).rejects.toThrow();
      expect((await engine('GET', '/services')).status).toBe(503);
      expect((await engine('GET', '/services')).json).toHaveLength(1);
    });

    it('answers nothing more from a boundary on, done or not', async () => {
      for (const [boundary, made] of [
        [0, []],
        [1, ['api']],
      ] as const) {
        const { killed, over } = unansweredFrom(twin, boundary);
        const answered = engine('POST', '/services/create', spec('api')).then(() => 'answered');
        answered.catch(() => {});
        expect(await Promise.race([killed, answered])).toBeUndefined();
        over();
        await expect
          .poll(async () => (await engine('GET', '/services')).json.map((one: Json) => one.Spec.Name))
          .toEqual(made);
      }
    });

    it('writes down what a client must never do', async () => {
      twin.addForeign('shop');
      await engine('POST', '/services/create', { ...spec('api'), Replicas: 2 });
      await engine('DELETE', '/services/shop');
      await engine('GET', '/nothing');
      expect(twin.violations.splice(0)).toEqual([
        'POST /services/create: .Replicas is not in the schema',
        "removal of shop, which is somebody else's",
        'GET /v1.41/nothing is not in the schema, or the twin does not know it',
      ]);
    });
  });
});
