import { Transform, type TransformCallback } from 'node:stream';

const [tilde, dot, lineFeed, carriageReturn] = [0x7e, 0x2e, 0x0a, 0x0d];

/**
 * The two escapes of ssh(1) that a frozen machine makes necessary, since a raw terminal has no Ctrl-C of its own:
 * `~.` at the start of a line ends the session, `~~` sends one tilde. Everything else passes as typed.
 */
export class EscapeFilter extends Transform {
  readonly #disconnect: () => void;
  #lineStart = true;
  #pending = false;

  constructor(disconnect: () => void) {
    super();
    this.#disconnect = disconnect;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const out: number[] = [];
    for (const byte of chunk) {
      if (this.#pending) {
        this.#pending = false;
        if (byte === dot) {
          this.#disconnect();
          return done();
        }
        if (byte !== tilde) out.push(tilde);
      } else if (this.#lineStart && byte === tilde) {
        this.#pending = true;
        continue;
      }
      out.push(byte);
      this.#lineStart = byte === lineFeed || byte === carriageReturn;
    }
    done(null, Buffer.from(out));
  }
}
