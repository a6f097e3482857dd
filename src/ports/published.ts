import { plainText } from '../platform/files.ts';

/** Where the engine binds a published port within the guest: on every address, on its loopback, or on one that only the guest has. */
export type Reach = 'all' | 'loopback' | 'inside';

/** A port that a container, or a Swarm service, publishes. */
export interface PublishedPort {
  /** Its first name, or the service's, fit to be shown. */
  container: string;
  containerPort: number;
  protocol: 'tcp' | 'udp';
  /** As the engine tells it; an IPv6 address for a port that is published on IPv6 alone. */
  address: string;
  reach: Reach;
  /** The port of the guest that leads to it; Docker calls it the host port. */
  port: number;
}

type Fields = Record<string, unknown>;

const EVERY_ADDRESS = ['', '0.0.0.0', '::'];
const LOOPBACK_ADDRESSES = ['127.0.0.1', '::1'];
/** Longer than a name that people give; a name is shown in one line. */
const NAME_CHARACTERS = 64;

/**
 * The published ports in the engine's answers to `/containers/json` and `/services`, each once, in the order of their numbers.
 * The answers come from a guest that may be in other hands: what is not of the documented form is left out, and names lose what could steer a terminal.
 */
export function publishedPorts(containers: unknown, services: unknown): PublishedPort[] {
  const found = new Map<string, PublishedPort>();
  for (const port of [...list(containers).flatMap(ofContainer), ...list(services).flatMap(ofService)]) {
    const key = `${port.protocol} ${port.port} ${port.containerPort} ${port.reach} ${port.reach === 'inside' ? port.address : ''} ${port.container}`;
    const known = found.get(key); // the engine tells a port once for IPv4 and once for IPv6
    if (known === undefined || known.address.includes(':')) found.set(key, port);
  }
  return [...found.values()].sort((a, b) => a.port - b.port || (a.protocol < b.protocol ? -1 : a.protocol > b.protocol ? 1 : 0));
}

function ofContainer(container: Fields): PublishedPort[] {
  const name = shown(list<unknown>(container['Names'])[0] ?? container['Id']).replace(/^\//, '');
  return list(container['Ports']).flatMap(({ IP, PrivatePort, PublicPort, Type }) => published(name, PrivatePort, Type, IP ?? '', PublicPort));
}

/** What a service publishes on the whole Swarm. A port of the mode `host` is one of its containers'. */
function ofService(service: Fields): PublishedPort[] {
  const name = shown(fields(service['Spec'])['Name'] ?? service['ID']);
  const ports = list(fields(service['Endpoint'])['Ports']).filter(({ PublishMode }) => PublishMode !== 'host');
  return ports.flatMap(({ TargetPort, Protocol, PublishedPort }) => published(name, TargetPort, Protocol, '0.0.0.0', PublishedPort));
}

function published(container: string, containerPort: unknown, protocol: unknown, address: unknown, port: unknown): PublishedPort[] {
  if ((protocol !== 'tcp' && protocol !== 'udp') || typeof address !== 'string' || !isPort(port) || !isPort(containerPort)) return [];
  const reach = EVERY_ADDRESS.includes(address) ? 'all' : LOOPBACK_ADDRESSES.includes(address) ? 'loopback' : 'inside';
  return [{ container, containerPort, protocol, address: shown(address), reach, port }];
}

function isPort(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 65_535;
}

function shown(text: unknown): string {
  return typeof text === 'string' ? plainText(text).replace(/\s+/g, ' ').slice(0, NAME_CHARACTERS) : '';
}

function list<T = Fields>(value: unknown): T[] {
  return Array.isArray(value) ? (value.filter((entry) => entry !== null && entry !== undefined) as T[]) : [];
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}
