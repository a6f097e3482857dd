import { Enums, Models, Serialize, Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { B2dError } from '../../../src/errors.ts';
import { digest, type BuildManifest } from './image.ts';
import { isoDate } from './manifest.ts';
import { npm } from './run.ts';

/** The fields of a CycloneDX document that differ from run to run unless they are set. */
interface Document {
  specVersion: string;
  serialNumber?: string;
  metadata: { timestamp?: string };
}

/** The bill of materials of a package that is laid out: npm's own view of the folder, so it lists what is really in it. */
export async function packageSbom(folder: string, date: Date): Promise<string> {
  const document = JSON.parse(await npm(['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application'], folder)) as Document;
  return finished(document, date);
}

/** The bill of materials of an image: the Debian source packages that its build lists. */
export async function imageSbom(image: BuildManifest, file: string, date: Date): Promise<string> {
  const { Component, Bom, Metadata, NamedLicense, LicenseRepository, HashDictionary, Property, PropertyRepository } = Models;
  const component = new Component(Enums.ComponentType.OperatingSystem, file, { bomRef: file, version: image.version, description: 'The boot image of b2d', hashes: new HashDictionary([[Enums.HashAlgorithm['SHA-256'], image.sha256]]) });
  const bom = new Bom({ metadata: new Metadata({ component }) });
  for (const source of image.sources) {
    // https://github.com/package-url/purl-spec, type deb: a source package has the architecture "source".
    const purl = `pkg:deb/debian/${encodeURIComponent(source.package)}@${encodeURIComponent(source.version)}?arch=source`;
    const part = new Component(Enums.ComponentType.Library, source.package, {
      bomRef: purl, version: source.version, purl, licenses: new LicenseRepository([new NamedLicense(source.licence)]),
      properties: new PropertyRepository(source.note === undefined ? [] : [new Property('b2d:note', source.note)]),
    });
    bom.components.add(part);
    component.dependencies.add(part.bomRef);
  }
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  return finished(JSON.parse(serializer.serialize(bom, { sortLists: true })) as Document, date);
}

/**
 * Gives a document the date of the release and a serial number made of its content (RFC 9562, version 8), and checks it against its schema.
 * @throws B2dError where it is no valid CycloneDX document
 */
async function finished(document: Document, date: Date): Promise<string> {
  document.metadata.timestamp = isoDate(date);
  delete document.serialNumber;
  const [, a, b, c, d, e] = /^(.{8})(.{4}).(.{3}).(.{3})(.{12})/.exec(digest(Buffer.from(JSON.stringify(document))))!;
  document.serialNumber = `urn:uuid:${a}-${b}-8${c}-8${d}-${e}`;
  const text = `${JSON.stringify(document, null, 2)}\n`;
  const wrong = await invalidity(text, document.specVersion);
  if (wrong !== undefined) throw new B2dError('A bill of materials is not valid CycloneDX.', { reason: wrong });
  return text;
}

/** What the schema of that version of CycloneDX says against a document; undefined where nothing. */
export async function invalidity(text: string, specVersion: string): Promise<string | undefined> {
  const error = await new Validation.JsonStrictValidator(specVersion as Spec.Version).validate(text);
  return error === null ? undefined : JSON.stringify(error).slice(0, 2000);
}
