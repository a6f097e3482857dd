import { expect, test } from '@jest/globals';
import { imageSbom, invalidity } from '../../../../bin/dev/release/sbom.ts';
import { writeBuild } from '../../../support/release-checkout.ts';
import { awkwardFolder, removeFolder } from '../../../support/temp.ts';

test('the bill of an image is valid, complete, and the same each time', async () => {
  const folder = await awkwardFolder();
  try {
    const manifest = await writeBuild(folder, '1.2.3');
    const text = await imageSbom(manifest, 'b2d-1.2.3-amd64.iso', new Date('2026-03-01T12:00:00Z'));
    expect(await imageSbom(manifest, 'b2d-1.2.3-amd64.iso', new Date('2026-03-01T12:00:00Z'))).toBe(text);
    expect(await invalidity(text, '1.6')).toBeUndefined();
    const bom = JSON.parse(text) as { serialNumber: string; components: unknown[] };
    expect(bom).toMatchObject({
      bomFormat: 'CycloneDX', specVersion: '1.6', serialNumber: expect.stringMatching(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/),
      metadata: { timestamp: '2026-03-01T12:00:00Z', component: { type: 'operating-system', name: 'b2d-1.2.3-amd64.iso', version: '1.2.3', hashes: [{ alg: 'SHA-256', content: manifest.sha256 }] } },
    });
    expect(bom.components).toEqual([
      expect.objectContaining({ name: 'busybox', version: '1:1.37.0-4', purl: 'pkg:deb/debian/busybox@1%3A1.37.0-4?arch=source', licenses: [{ license: { name: 'GPL-2' } }] }),
      expect.objectContaining({ name: 'libstdc++', purl: 'pkg:deb/debian/libstdc%2B%2B@6.12.1%2Bdfsg-1?arch=source', properties: [{ name: 'b2d:note', value: "upstream's tarball" }] }),
    ]);
  } finally {
    await removeFolder(folder);
  }
}, 300_000);

test('a document that is not valid is noticed', async () => {
  expect(await invalidity('{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"name":"x"}]}', '1.6')).toMatch(/type/);
}, 300_000);
