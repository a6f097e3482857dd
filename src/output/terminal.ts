/** What a stream can show. */
export interface TerminalTraits {
  /** A person watches: a spinner may move. */
  animated: boolean;
  /** Colours and symbols beyond ASCII are welcome. */
  styled: boolean;
}

/** NO_COLOR with any value (https://no-color.org) and TERM=dumb switch all escape sequences off. */
export function terminalTraits(stream: { isTTY?: boolean | undefined; columns?: number | undefined }, env: NodeJS.ProcessEnv): TerminalTraits {
  const plain = !stream.isTTY || Boolean(env['NO_COLOR']) || env['TERM'] === 'dumb';
  // A terminal that does not know its width (0: a serial line, some pseudo terminals) would make ora clear lines without end.
  return { styled: !plain, animated: !plain && !env['CI'] && stream.columns !== 0 };
}
