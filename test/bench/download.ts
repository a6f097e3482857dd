import fs from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { build } from 'esbuild';
import { execute } from '../support/b2d.ts';
import { tool } from '../support/tools.ts';
import { withCleanup } from './cleanup.ts';
import type { Measured } from './download/child.ts';
import { numbersTable, type Report } from './report.ts';
import { withFolder } from './with-folder.ts';

const MB = 1_000_000;
const SIZES = [{ name: '24 MB', bytes: 24 * MB, rounds: 9 }, { name: '1 GB', bytes: 1000 * MB, rounds: 3 }];
/** 0.95 of curl's rate. */
const TIME_RATIO = 1 / 0.95;
const MEMORY_MB = 120;

interface Round {
  b2d: Measured;
  curlMs: number;
  digestMs: number;
}

/** b2d's download beside `curl` and then `sha256sum`, from the same server on 127.0.0.1, in turn. */
export async function download(): Promise<Report> {
  return withServer(async (address) => withFolder(async (folder) => withProgram(async (program) => {
    const rows: string[][] = [];
    const goals: Report['goals'] = [];
    for (const { name, bytes, rounds } of SIZES) {
      const measured: Round[] = [];
      for (let round = 0; round < rounds; round++) measured.push(await compare(program, `${address}/${bytes}`, folder, round % 2 === 0));
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
  })));
}

async function compare(program: string, url: string, folder: string, b2dFirst: boolean): Promise<Round> {
  const file = path.join(folder, 'curl.iso');
  const own = async (): Promise<Measured> => {
    await must('sync', []); // b2d waits for its file to be on the disk, and would wait for the removal of the files before as well
    return JSON.parse(await must(process.execPath, [program, url, folder])) as Measured;
  };
  const first = b2dFirst ? await own() : undefined;
  const curlMs = Number(await must(tool('curl', 'curl'), ['-sS', '--noproxy', '*', '-w', '%{time_total}', '-o', file, url])) * 1000;
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
async function withServer<T>(work: (address: string) => Promise<T>): Promise<T> {
  const piece = Buffer.alloc(1024 ** 2, 0x5a);
  const server = http.createServer((request, response) => {
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
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return withCleanup(async () => { server.close(); server.closeAllConnections(); }, () => work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
