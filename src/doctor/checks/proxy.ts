import { shownAddress } from '../../image/download/address.ts';
import { proxyFor } from '../../image/download/proxy.ts';
import { ok, skipped, warn, type Check } from '../check.ts';
import { systemProxy } from '../host/system-proxy.ts';

/** An address that is nobody's in particular: RFC 2606. */
const ANYWHERE = new URL('https://example.com/');

/** By which way downloads go. b2d takes the settings and the variables that command-line programs take, not what the operating system's own dialog says. */
export const proxyCheck: Check = {
  id: 'proxy',
  title: 'Proxy',
  async run({ platform, settings }) {
    if (settings === undefined) return [skipped('The settings cannot be read.')];
    const proxy = proxyFor(ANYWHERE, platform.env, settings.proxy.value);
    if (proxy !== undefined) return [ok(`Downloads go through ${shownAddress(proxy)}.`)];
    const direct = 'Downloads go straight to their servers';
    const system = settings.proxy.value === undefined ? await systemProxy(platform) : undefined; // set to nothing, the user wants none
    if (system === undefined) return [ok(`${direct}.`)];
    const name = platform.os === 'win32' ? 'Windows' : 'macOS';
    if ('script' in system) {
      return [warn(`${direct}, but ${name} asks a script for its proxy: ${system.script}`, { remedy: ['Where a download fails, ask who runs the network for the proxy\'s address, and write it into config.toml: proxy = "http://HOST:PORT"'] })];
    }
    return [warn(`${direct}, but ${name} uses the proxy ${shownAddress(system.address)}`, { remedy: [`Where a download fails, write into config.toml: proxy = "${shownAddress(system.address)}"`] })];
  },
};
