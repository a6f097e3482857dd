/** A program that uses dockerode (https://github.com/apocas/dockerode) as its users do: `dockerode.ts FOLDER IMAGE` builds, runs, and prints what it saw as JSON. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { PassThrough, Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import Docker from 'dockerode';
import tar from 'tar-stream';

const [folder, image] = process.argv.slice(2) as [string, string];
const docker = new Docker();
const host = new URL(process.env['DOCKER_HOST'] as string).hostname;

const finished = (stream: NodeJS.ReadableStream): Promise<unknown> => new Promise((resolve, reject) => docker.modem.followProgress(stream, (error, output) => (error ? reject(error) : resolve(output))));

/** Both streams of one that carries them together. */
async function streams(both: NodeJS.ReadableStream): Promise<{ out: string; err: string }> {
  const [out, err] = [new PassThrough(), new PassThrough()];
  docker.modem.demuxStream(both, out, err);
  both.once('end', () => { out.end(); err.end(); });
  const [first, second] = await Promise.all([text(out), text(err)]);
  return { out: first, err: second };
}

async function eventually<T>(work: () => Promise<T>): Promise<T> {
  for (let left = 1500; ; left--) {
    try {
      return await work();
    } catch (error) {
      if (left === 0) throw error;
      await sleep(200);
    }
  }
}

/** The first event of that action that the stream brings. */
async function heard(stream: Readable, action: string): Promise<string> {
  let rest = '';
  for await (const chunk of stream) {
    rest += String(chunk);
    const lines = rest.split('\n');
    rest = lines.pop() as string;
    const event = lines.map((line) => JSON.parse(line) as { Action: string; Actor: { Attributes: { name: string } } }).find(({ Action }) => Action === action);
    if (event) return event.Actor.Attributes.name;
  }
  throw new Error(`the events ended without "${action}"`);
}

async function built() {
  await finished(await docker.buildImage({ context: folder, src: ['Dockerfile', 'index.html'] }, { t: image }));
  await docker.getImage(image).tag({ repo: `${image}-saved`, tag: 'latest' });
  const saved = await buffer(await docker.getImage(`${image}-saved`).get());
  await docker.getImage(`${image}-saved`).remove();
  const loaded = JSON.stringify(await finished(await docker.loadImage(Readable.from([saved]), {})));
  await docker.getImage(`${image}-saved`).remove();
  return loaded.includes(`Loaded image: ${image}-saved:latest`);
}

/** A container that reads what it is given through an attached, hijacked connection. */
async function attached() {
  const container = await docker.createContainer({ Image: image, Cmd: ['sh', '-c', 'read word; echo "out $word"; echo "err $word" >&2; exit 3'], OpenStdin: true, StdinOnce: true });
  const stream = await container.attach({ stream: true, hijack: true, stdin: true, stdout: true, stderr: true });
  const output = streams(stream);
  await container.start();
  stream.write('given\n');
  const [seen, { StatusCode }] = await Promise.all([output, container.wait()]);
  await container.remove();
  return { ...seen, code: StatusCode as number };
}

async function served() {
  const events = (await docker.getEvents({ filters: { type: ['container'], event: ['start'] } })) as Readable;
  const started = heard(events, 'start');
  const container = await docker.createContainer({ Image: image, name: 'dockerode', ExposedPorts: { '80/tcp': {} }, HostConfig: { PortBindings: { '80/tcp': [{ HostPort: '' }] } } });
  try {
    await container.start();
    const port = (await container.inspect()).NetworkSettings.Ports['80/tcp']?.[0]?.HostPort;
    const page = await eventually(async () => (await fetch(`http://${host}:${port}/`)).text());
    const exec = await container.exec({ Cmd: ['sh', '-c', 'echo within; echo beside >&2; exit 4'], AttachStdout: true, AttachStderr: true });
    const said = await streams(await exec.start({}));
    const pack = tar.pack();
    pack.entry({ name: 'put.txt' }, 'put and got\n');
    pack.finalize();
    await container.putArchive(await buffer(pack), { path: '/w' });
    const extract = tar.extract();
    (await container.getArchive({ path: '/w/put.txt' })).pipe(extract);
    const [, entry] = (await once(extract, 'entry')) as [unknown, Readable];
    return {
      started: await started, page, exec: { ...said, code: (await exec.inspect()).ExitCode },
      copied: await text(entry), fetched: await (await fetch(`http://${host}:${port}/put.txt`)).text(),
      memory: (await container.stats({ stream: false })).memory_stats.usage > 0,
    };
  } finally {
    events.destroy();
    await container.remove({ force: true });
  }
}

console.log(JSON.stringify({ built: await built(), attached: await attached(), served: await served() }));
