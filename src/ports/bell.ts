/** Remembers that something was heard until somebody asks: what comes while one is busy is not lost. */
export interface Bell {
  ring: () => void;
  close: () => void;
  /** Forgets that it was rung. */
  hush(): void;
  /** What it has heard, at once or within so many milliseconds. */
  wait(milliseconds: number): Promise<'rung' | 'closed' | undefined>;
}

/** A bell that nobody has rung. Once closed it stays so. */
export function createBell(): Bell {
  let heard: 'rung' | 'closed' | undefined;
  let wake: (() => void) | undefined;
  const hear = (what: 'rung' | 'closed') => () => {
    if (heard !== 'closed') heard = what;
    wake?.();
  };
  return {
    ring: hear('rung'),
    close: hear('closed'),
    hush: () => void (heard = heard === 'closed' ? heard : undefined),
    async wait(milliseconds) {
      if (heard === undefined) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, milliseconds);
          wake = () => (clearTimeout(timer), resolve());
        });
      }
      return heard;
    },
  };
}
