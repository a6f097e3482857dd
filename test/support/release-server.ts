import fs from 'node:fs/promises';
import path from 'node:path';
import { MANIFEST_FILE, type ReleaseManifest } from '../../src/release/manifest.ts';
import { makeAuthority } from '../../src/tls/profiles.ts';
import { certificateFor } from './certificates.ts';
import { sendFile, serve, type TestServer } from './http-faults.ts';
import { releaseFiles, testKey, type TestKey } from './release.ts';

/** A static HTTPS server on 127.0.0.1 with a certificate of an authority of its own, from which releases come. */
export class ReleaseServer {
  private readonly files: Map<string, Buffer>;
  private readonly server: TestServer;
  private readonly key: TestKey;
  /** What b2d must be told to know this publisher. */
  readonly env: NodeJS.ProcessEnv;

  private constructor(files: Map<string, Buffer>, server: TestServer, key: TestKey, env: NodeJS.ProcessEnv) {
    [this.files, this.server, this.key, this.env] = [files, server, key, env];
  }

  /** @param folder for the authority's certificate and the publisher's key */
  static async create(folder: string): Promise<ReleaseServer> {
    await fs.mkdir(folder, { recursive: true });
    const authority = makeAuthority('releases', new Date());
    const files = new Map<string, Buffer>();
    const server = await serve((request, response) => {
      const content = files.get(path.posix.basename(request.url ?? ''));
      if (content === undefined) response.writeHead(404).end('no such file');
      else sendFile(request, response, content);
    }, certificateFor(authority, { dns: [], ip: ['127.0.0.1'] }));
    const key = testKey();
    const [keys, ca] = [path.join(folder, 'publisher.pem'), path.join(folder, 'ca.pem')];
    await fs.writeFile(keys, key.pem);
    await fs.writeFile(ca, authority.certificate);
    return new ReleaseServer(files, server, key, { B2D_RELEASE_URL: `${server.base}/${MANIFEST_FILE}`, B2D_RELEASE_KEYS: keys, B2D_CA: ca });
  }

  /** Puts a release in place of the one that is there. */
  publish(manifest: ReleaseManifest, image: Buffer): void {
    this.files.clear();
    for (const [name, content] of releaseFiles(manifest, [this.key], image)) this.files.set(name, content);
  }

  get requests(): TestServer['requests'] {
    return this.server.requests;
  }

  close(): Promise<void> {
    return this.server.close();
  }
}
