/** Keys of daemon.json that are b2d's own, and why. */
const OWN: ReadonlyArray<[RegExp, string]> = [
  [/^(hosts?|tls.*)$/, 'where the engine listens, and with which certificates, is how b2d reaches it'],
  [/^(data-root|exec-root|pidfile|group|config-file|containerd.*)$/, 'the machine has fixed places for it'],
  [/^registry-mirrors$/, 'it is "mirrors" in [registry]'],
  [/^insecure-registries$/, 'it is "insecure" in [registry]'],
];

const KEY = /^[a-z0-9][a-z0-9-]*$/i;

/**
 * Why a setting of [engine] cannot stand in the engine's daemon.json, as a sentence; undefined where it can. Which keys and values the engine knows, it tells itself.
 * https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file
 */
export function refusedEngineSetting(key: string, value: unknown): string | undefined {
  const isTable = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (![key, ...(key === 'features' && isTable ? Object.keys(value) : [])].every((name) => KEY.test(name))) return 'Keys of daemon.json have letters, digits and "-" only.';
  if (key === 'features' && !isTable) return 'It must be a table: [engine.features]';
  const reason = OWN.find(([pattern]) => pattern.test(key))?.[1];
  return reason === undefined ? undefined : `It is not for daemon.json here: ${reason}.`;
}
