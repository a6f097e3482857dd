// npm run release: installs what is missing, takes or builds the image, and makes the files of a release by bin/dev/release/main.ts.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureImage, ensureNodeModules, projectEnvironment, projectNode, root } from './prepare.mjs';

const USAGE = `Usage: npm run release -- [options]

Makes the files of a release in a folder that any static web server can serve: the image, the npm
packages, the manifest with its signature, checksums, SBOMs. docs/releasing.md tells the story.
  --out DIR           the folder; default release/. A release that is there is replaced
  --key FILE          a private key to sign with (may be given more than once). Its public half must be
                      in src/release/keys.pem, the file readable by you alone
  --local-key         sign with a throw-away key that only this release's own packages trust; the default
                      without --key
  --url URL           where the manifest of the newest release will be found
  --download-url URL  the folder where the files of this release will always be found
  --notes FILE        what is new; default: this version's section of CHANGELOG.md, else its Unreleased
  --expires-days N    days from the release's date until its manifest is not believed any more; default 400
  --renew DIR         only sign the manifest of the release in DIR anew, to expire N days from today
  --new-key FILE      only make a private key; prints its public half, to add to src/release/keys.pem
  --help              this text

Environment: SOURCE_DATE_EPOCH (the release's date in seconds since 1970; default: the git commit's)`;

const args = process.argv.slice(2);
if (args.includes('--help') || args.includes('-h')) {
  console.log(USAGE);
  process.exit(0);
}

ensureNodeModules();
const env = projectEnvironment();
if (!args.some((word) => /^--(new-key|renew)(=|$)/.test(word))) {
  delete process.env.SOURCE_DATE_EPOCH; // the image has a date of its own, by which the cache knows it
  ensureImage();
}

const { status, signal } = spawnSync(projectNode, [join(root, 'bin/dev/release/main.ts'), ...args], { env, stdio: 'inherit' });
process.exit(status ?? (signal === 'SIGINT' ? 130 : 1));
