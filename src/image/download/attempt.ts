import { once } from 'node:events';
import type { ClientRequest } from 'node:http';
import type { Agents, Request } from 'got';
import { checkedAddress, shownAddress } from './address.ts';
import { classify, noSpace, proxyRefused, redirectRefused, TryAgain, tooLong, uncopied } from './errors.ts';
import type { Job } from './job.ts';
import { agentsFor, proxyFor } from './proxy.ts';
import { judge, validatorOf, type Answer } from './response.ts';
import { isReadBuffer } from './single-buffer.ts';

const MAX_REDIRECTS = 5;

/**
 * One request for what is missing, its bytes written behind those that are there. Returns when the file is whole as far as the server says.
 * @throws TryAgain where another try may succeed, else B2dError
 */
export async function attempt(job: Job): Promise<void> {
  const { partial, options, shown } = job;
  const offset = partial.resumable ? partial.size : 0;
  const stream = await send(job, offset);
  const unwatch = watch(job, stream);
  try {
    const [answer] = (await once(stream, 'response')) as [Answer];
    const plan = judge(shown, answer, { offset, etag: partial.known.etag, size: options.size, now: job.clock.now() });
    if (plan.way === 'complete') return;
    if (plan.way === 'useless') {
      await partial.begin(job.wanted);
      throw new TryAgain('The server sends another part than the one that is missing.');
    }
    if (plan.way === 'anew') await partial.begin({ ...job.wanted, size: plan.total, etag: answer.headers.etag, validator: validatorOf(answer.headers) });
    const total = plan.total ?? options.size;
    if (total !== undefined) await checkSpace(job, total);
    await receive(job, stream, total);
  } catch (error) {
    throw classify(shown, error);
  } finally {
    unwatch();
    stream.destroy();
  }
}

async function send({ url, shown, partial, options, trust }: Job, offset: number): Promise<Request> {
  const { default: got } = await import('got');
  const route = async (to: URL): Promise<Agents> => agentsFor(proxyFor(to, options.platform.env, options.proxy), trust);
  const validator = partial.known.validator;
  const stream = got.stream(url, {
    headers: {
      'accept-encoding': 'identity',
      'user-agent': 'b2d',
      ...(offset > 0 && { range: `bytes=${offset}-`, ...(validator !== undefined && { 'if-range': validator }) }),
    },
    agent: await route(url),
    https: { rejectUnauthorized: true, certificateAuthority: await trust(url) },
    decompress: false,
    throwHttpErrors: false,
    retry: { limit: 0 },
    maxRedirects: MAX_REDIRECTS,
    hooks: {
      beforeRedirect: [async (next, { url: from }) => {
        const to = next.url as URL;
        if (new URL(from).protocol === 'https:' && to.protocol !== 'https:') throw redirectRefused(shown, shownAddress(to));
        checkedAddress(to.href, options);
        next.agent = await route(to);
        next.https.certificateAuthority = await trust(to);
      }],
    },
    ...(options.signal && { signal: options.signal }),
  });
  stream.on('error', () => undefined); // whoever waits for the stream is told; nobody waits while the disk is looked at
  stream.on('request', (request: ClientRequest) => {
    // The answer of a proxy that refuses a tunnel is no answer of the server's; without TLS it could even be made up on the way.
    request.once('proxyConnect', ({ statusCode = 200 }: { statusCode?: number }) => {
      if (statusCode !== 200) stream.destroy(proxyRefused(shown, shownAddress(proxyFor(url, options.platform.env, options.proxy) ?? url), statusCode));
    });
  });
  return stream;
}

/** Cuts off a transfer that does not get on, and one whose time is up. The time that the computer sleeps is at most one interval. */
function watch(job: Job, stream: Request): () => void {
  const { stallMs, stallBytes } = job.patience;
  let before = job.partial.size;
  const timer = setInterval(() => {
    const came = job.partial.size - before;
    before = job.partial.size;
    try {
      job.spend(stallMs);
      if (came < stallBytes) throw new TryAgain('Hardly anything came any more.');
    } catch (error) {
      stream.destroy(error as Error);
    }
  }, stallMs);
  return () => clearInterval(timer);
}

async function checkSpace({ partial, options }: Job, total: number): Promise<void> {
  const folder = options.platform.path.dirname(partial.file);
  const free = await options.platform.freeDisk(folder);
  if (free < total - partial.size) throw noSpace(folder, total - partial.size, free);
}

async function receive({ partial, options, shown, meter, patience }: Job, stream: Request, total: number | undefined): Promise<void> {
  const limit = total ?? patience.maxUnknownBytes;
  meter.restart(partial.size, total);
  partial.pieces++;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      if (partial.size + chunk.length > limit) throw tooLong(shown, limit);
      if (isReadBuffer(chunk)) throw uncopied(shown);
      await partial.append(chunk);
      meter.update(partial.size, total);
    }
  } finally {
    await partial.flush();
  }
  if (total !== undefined && partial.size < total) throw new TryAgain(`The connection broke off after ${partial.size} of ${total} bytes.`);
  if (options.size !== undefined && partial.size !== options.size) throw new TryAgain(`Only ${partial.size} of ${options.size} bytes came.`);
}

