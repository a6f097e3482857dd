/**
 * oclif reads package.json below the folder it calls the root. b2d's root is the built folder, so that the code and the manifest that
 * describes it are replaced together; the paths in package.json, which other oclif tools read from the package's folder, begin with `./dist`.
 */
export function oclifPackage<T extends { oclif: Record<string, unknown> }>(packageJson: T): T {
  const entries = Object.entries(packageJson.oclif).map(([key, value]) => [key, typeof value === 'string' ? value.replace(/^\.\/dist\//, './') : value]);
  return { ...packageJson, oclif: Object.fromEntries(entries) as T['oclif'] };
}
