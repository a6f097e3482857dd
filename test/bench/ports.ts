import dgram from 'node:dgram';
import net from 'node:net';
import { execute, TestHome } from '../support/b2d.ts';
import { BUSYBOX, importBusybox } from '../support/busybox-image.ts';
import { freePort } from '../support/machine.ts';
import { withCleanup } from './cleanup.ts';
import { numbersTable, quantile, type Report } from './report.ts';

const ROUNDS = 9;
const WARM_UP = 1;
/** What docs/ports.md promises. */
const GOAL_MS = 500;
const ANSWER_MS = 120_000;
const RETRY_MS = 2;

interface Protocol {
  name: string;
  /** The port that the container's server listens on, as docker's -p takes it. */
  containerPort: string;
  server: string;
  /** Resolves when the server has answered. */
  answer(port: number): Promise<void>;
}

const PROTOCOLS: Protocol[] = [
  { name: 'TCP', containerPort: '80', server: 'exec httpd -f -p 80 -h /bin', answer: answerTcp },
  { name: 'UDP', containerPort: '7/udp', server: 'exec nc -l -u -p 7 -e /bin/cat', answer: answerUdp },
];

/** How long a published port takes: from the return of `docker run -d -p` to the first answer at 127.0.0.1. */
export async function ports(): Promise<Report> {
  const home = await TestHome.create();
  return withCleanup(() => home.dispose(), async () => {
    process.stderr.write('ports: starting a machine for docker run -p\n');
    await home.must(['up']);
    await importBusybox(home);
    const env = await home.dockerEnv();
    const rows: string[][] = [];
    const goals: Report['goals'] = [];
    for (const protocol of PROTOCOLS) {
      const rounds: Times[] = [];
      for (let round = -WARM_UP; round < ROUNDS; round++) {
        const times = await publish(env, protocol);
        if (round >= 0) rounds.push(times);
      }
      const [runs, answers] = [rounds.map(({ run }) => run), rounds.map(({ answered }) => answered)];
      const measured = quantile(answers, 0.5);
      rows.push([protocol.name, ...[runs, answers].flatMap((values) => [0.5, 0, 1].map((share) => quantile(values, share).toFixed(0)))]);
      goals.push({ what: `published port, docker run's return to the first answer, ${protocol.name}`, goal: `${GOAL_MS} ms`, measured: `${measured.toFixed(0)} ms`, met: measured <= GOAL_MS });
    }
    return {
      blocks: [`Published ports: ${ROUNDS} containers each, one after the other`, numbersTable(['ms', 'docker run', 'least', 'greatest', 'then the answer', 'least', 'greatest'], rows)],
      goals,
    };
  });
}

/** Milliseconds. */
interface Times {
  /** `docker run -d -p` itself. */
  run: number;
  /** From its return to the first answer. */
  answered: number;
}

async function publish(env: NodeJS.ProcessEnv, { containerPort, server, answer }: Protocol): Promise<Times> {
  const docker = process.env['B2D_TEST_DOCKER'] as string;
  const port = await freePort();
  const start = performance.now();
  const { code, stdout, stderr } = await execute(docker, ['run', '-d', '-p', `${port}:${containerPort}`, BUSYBOX, 'sh', '-c', server], { env });
  const returned = performance.now();
  if (code !== 0) throw new Error(`docker run ended with ${code}: ${stderr}`);
  await answer(port);
  const answered = performance.now();
  await execute(docker, ['rm', '-f', stdout.trim()], { env });
  return { run: returned - start, answered: answered - returned };
}

/** A connection is accepted, and closed again, while there is a rule and no server yet: what counts is the answer. */
async function answerTcp(port: number): Promise<void> {
  for (const deadline = Date.now() + ANSWER_MS; ; await new Promise((resolve) => setTimeout(resolve, RETRY_MS))) {
    if (await speaksHttp(port)) return;
    if (Date.now() > deadline) throw new Error(`Port ${port} does not answer.`);
  }
}

function speaksHttp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write('GET / HTTP/1.0\r\n\r\n'));
    socket.once('data', () => { resolve(true); socket.destroy(); }).on('error', () => undefined).once('close', () => resolve(false));
  });
}

function answerUdp(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = dgram.createSocket('udp4');
    const end = (settle: () => void): void => {
      clearInterval(sending);
      clearTimeout(deadline);
      socket.close(settle);
    };
    const sending = setInterval(() => socket.send('hello', port, '127.0.0.1'), RETRY_MS);
    const deadline = setTimeout(() => end(() => reject(new Error(`UDP port ${port} does not answer.`))), ANSWER_MS);
    socket.once('message', () => end(resolve));
  });
}
