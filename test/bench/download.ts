import fs from 'node:fs/promises';
import type http from 'node:http';
import path from 'node:path';
import { build } from 'esbuild';
import { makeAuthority } from '../../src/tls/profiles.ts';
import { execute } from '../support/b2d.ts';
import { certificateFor } from '../support/certificates.ts';
import { serve } from '../support/http-faults.ts';
import { tool } from '../support/tools.ts';
import { withCleanup } from './cleanup.ts';
import type { Measured } from './download/child.ts';
import { numbersTable, quantile, type Goal, type Report } from './report.ts';
import { withFolder } from './with-folder.ts';

const MB = 1_000_000;
const FILES = [
  { name: '24 MB', bytes: 24 * MB, rounds: 9, tls: false },
  { name: '1 GB', bytes: 1000 * MB, rounds: 3, tls: false },
  { name: '1 GB by TLS', bytes: 1000 * MB, rounds: 3, tls: true },
];
/** 0.95 of curl's rate. */
const TIME_RATIO = 1 / 0.95;
const MEMORY_MB = 120;

const authority = makeAuthority('b2d benchmark', new Date());

interface Round {
  b2d: Measured;
  curlMs: number;
  digestMs: number;
}

/** What the rounds have in common. */
interface Place {
  /** child.ts, bundled. */
  program: string;
  folder: string;
  /** The certificate of the authority that vouches for the server by TLS, as a file. */
  ca: string;
}

/** b2d's download beside `curl` and then `sha256sum`, from the same server on 127.0.0.1, in turn. */
export async function download(): Promise<Report> {
  return withFolder(async (folder) => withProgram(async (program) => {
    const place = { program, folder, ca: path.join(folder, 'authority.pem') };
    await fs.writeFile(place.ca, authority.certificate);
    const rows: string[][] = [];
    const goals: Goal[] = [];
    for (const { name, bytes, rounds, tls } of FILES) {
      const measured: Round[] = [];
      await withServer(tls, async (address) => {
        for (let round = 0; round < rounds; round++) measured.push(await compare(place, `${address}/${bytes}`, round % 2 === 0));
      });
      const times = measured.map(({ b2d, curlMs, digestMs }) => ({ b2d: b2d.ms, other: curlMs + digestMs, ratio: b2d.ms / (curlMs + digestMs) }));
      const ratio = median(times.map((time) => time.ratio));
      const memory = Math.max(...measured.map(({ b2d }) => b2d.peakBytes)) / MB;
      const rate = (ms: number): string => (bytes / MB / (ms / 1000)).toFixed(0);
      rows.push([name, rate(median(times.map((time) => time.b2d))), rate(median(times.map((time) => time.other))), rate(median(measured.map((round) => round.curlMs))), ratio.toFixed(2), memory.toFixed(0)]);
      goals.push({ what: `download of ${name}, time / curl + sha256sum`, goal: TIME_RATIO.toFixed(2), measured: ratio.toFixed(2), met: ratio <= TIME_RATIO });
      goals.push({ what: `download of ${name}, peak memory`, goal: `${MEMORY_MB} MB`, measured: `${memory.toFixed(0)} MB`, met: memory < MEMORY_MB });
    }
    return {
      blocks: ['Download from 127.0.0.1: medians; the ratio is that of the times in the same round', numbersTable(['file', 'b2d MB/s', 'curl + sha256sum MB/s', 'curl alone MB/s', 'time ratio', 'b2d peak MB'], rows)],
      goals,
    };
  }));
}

async function compare({ program, folder, ca }: Place, url: string, b2dFirst: boolean): Promise<Round> {
  const file = path.join(folder, 'curl.iso');
  const own = async (): Promise<Measured> => {
    await must('sync', []); // b2d waits for its file to be on the disk, and would wait for the removal of the files before as well
    return JSON.parse(await must(process.execPath, [program, url, folder, ca])) as Measured;
  };
  const first = b2dFirst ? await own() : undefined;
  const curlMs = Number(await must(tool('curl', 'curl'), ['-sS', '--noproxy', '*', '--cacert', ca, '-w', '%{time_total}', '-o', file, url])) * 1000;
  const begin = performance.now();
  const digest = (await must('sha256sum', [file])).slice(0, 64);
  const digestMs = performance.now() - begin;
  const b2d = first ?? (await own());
  if (b2d.sha256 !== digest) throw new Error(`b2d computed ${b2d.sha256}, sha256sum ${digest}`);
  await fs.rm(file);
  return { b2d, curlMs, digestMs };
}

async function must(file: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await execute(file, args, { env: { ...process.env, NODE_OPTIONS: '' } });
  if (code !== 0) throw new Error(`${file} ended with ${code}: ${stderr}${stdout}`);
  return stdout;
}

/** The program of child.ts as b2d is shipped: bundled, its libraries beside it. TypeScript read as it is would need memory of its own. */
async function withProgram<T>(work: (program: string) => Promise<T>): Promise<T> {
  const folder = path.resolve(import.meta.dirname, '..', '..', `.bench-${process.pid}`);
  return withCleanup(() => fs.rm(folder, { recursive: true, force: true }), async () => {
    const outfile = path.join(folder, 'child.mjs');
    await build({ entryPoints: [path.join(import.meta.dirname, 'download', 'child.ts')], outfile, bundle: true, format: 'esm', platform: 'node', target: 'node22.15', packages: 'external', logLevel: 'warning' });
    return work(outfile);
  });
}

/** A server that answers `/N` with N bytes. */
async function withServer<T>(tls: boolean, work: (address: string) => Promise<T>): Promise<T> {
  const server = await serve(answer, tls ? certificateFor(authority, { dns: [], ip: ['127.0.0.1'] }) : undefined);
  return withCleanup(() => server.close(), () => work(server.base));
}

const piece = Buffer.alloc(1024 ** 2, 0x5a);

function answer(request: http.IncomingMessage, response: http.ServerResponse): void {
  let left = Number(request.url?.slice(1));
  response.writeHead(200, { 'content-length': left });
  const send = (): void => {
    while (left > 0) {
      const next = piece.subarray(0, left);
      left -= next.length;
      if (!response.write(next)) return;
    }
    response.end();
  };
  response.on('drain', send);
  send();
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
