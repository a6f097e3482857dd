/** How an image keeps the engine's data: decides which data disks it can go on with. */
export interface DataFormat {
  /** Raised with every image that leaves data behind which the images before it cannot read. An image reads all formats up to its own. */
  format: number;
  /** The engine's storage drivers it can work with. */
  storageDrivers: string[];
}

/** What is on a data disk: left there by the last image whose engine was ready on it. */
export interface DataOnDisk {
  format: number;
  /** The storage driver of the engine that wrote it: `overlay2`. */
  storageDriver: string;
  /** The version of that engine. */
  engine: string;
}

/**
 * Why an image cannot go on with the data that is there, as a sentence; undefined where it can. An older engine of the same format can: its engine
 * may be older, the format is what tells whether it reads what the newer one wrote.
 */
export function cannotRead(image: DataFormat | undefined, data: DataOnDisk): string | undefined {
  if (image === undefined) return 'It does not say which data it can read.';
  if (image.format < data.format) return `It reads data up to format ${image.format}; the data disk has format ${data.format}, written by Docker ${data.engine}.`;
  if (!image.storageDrivers.includes(data.storageDriver)) return `The data disk was written with the storage driver ${data.storageDriver}; its engine has ${image.storageDrivers.join(', ')}.`;
  return undefined;
}
