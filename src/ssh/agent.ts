import ssh2, { type BaseAgent } from 'ssh2';
import { B2dError } from '../errors.ts';
import type { Platform } from '../platform/platform.ts';

/**
 * The SSH agent of this user: `SSH_AUTH_SOCK`, or on Windows the pipe of its own OpenSSH agent service.
 * @throws B2dError (failure) where there is none to forward.
 */
export function agentSocket(platform: Platform): string {
  const socket = platform.env['SSH_AUTH_SOCK'];
  if (socket) return socket;
  if (platform.os === 'win32') return '\\\\.\\pipe\\openssh-ssh-agent';
  throw new B2dError('There is no SSH agent to forward.', {
    reason: 'SSH_AUTH_SOCK is not set in this shell.',
    remedy: ['eval "$(ssh-agent)"', 'ssh-add'],
  });
}

/** An agent whose socket may break at any time without ending b2d; ssh2 leaves the errors of a forwarded stream unheard. */
export function forwardableAgent(socket: string): BaseAgent {
  const agent = ssh2.createAgent(socket);
  const getStream = agent.getStream?.bind(agent);
  if (getStream) {
    agent.getStream = (callback) =>
      getStream((error, stream) => {
        stream?.on('error', () => undefined);
        callback(error, stream);
      });
  }
  return agent;
}
