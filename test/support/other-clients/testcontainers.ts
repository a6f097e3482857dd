/**
 * A program that uses testcontainers (https://node.testcontainers.org) as tests do: `testcontainers.ts IMAGE` runs containers of an image that is there, and prints what it saw
 * as JSON. Without Ryuk, whose image would have to be pulled.
 */
import { GenericContainer, Network, Wait, type StartedTestContainer } from 'testcontainers';

const [image] = process.argv.slice(2) as [string];
/** Far above what an emulated machine needs, unlike testcontainers' own minute. */
const START_MS = 600_000;
const server = () => new GenericContainer(image).withExposedPorts(80).withStartupTimeout(START_MS);
const page = async (container: StartedTestContainer, path = '/') => (await fetch(`http://${container.getHost()}:${container.getMappedPort(80)}${path}`)).text();

const network = await new Network().start();
const started: StartedTestContainer[] = [];
try {
  const listening = await server().withNetwork(network).withNetworkAliases('web')
    .withCopyContentToContainer([{ content: 'copied\n', target: '/w/copied.txt' }]).withWaitStrategy(Wait.forListeningPorts()).start();
  started.push(listening);
  const logged = await server().withNetwork(network).withWaitStrategy(Wait.forLogMessage('ready')).start();
  started.push(logged);
  const answering = await server().withWaitStrategy(Wait.forHttp('/', 80)).start();
  started.push(answering);
  const { output, exitCode } = await logged.exec(['wget', '-qO-', 'http://web/']);
  console.log(JSON.stringify({
    host: listening.getHost(), copied: await page(listening, '/copied.txt'), pages: [await page(listening), await page(logged), await page(answering)], exec: { output, exitCode },
  }));
} finally {
  await Promise.all(started.map((container) => container.stop()));
  await network.stop();
}
