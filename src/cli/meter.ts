import { SingleBar } from 'cli-progress';

/** Shows how far a long step has come. */
export interface Meter {
  start(label: string, total: number): void;
  advance(count: number): void;
  stop(): void;
}

/** A bar with rate and time left on a terminal; elsewhere (CI logs, pipes) a line every ten seconds and at the end. */
export function createMeter(stream: NodeJS.WriteStream = process.stderr): Meter {
  return stream.isTTY ? barMeter(stream) : lineMeter(stream);
}

function barMeter(stream: NodeJS.WriteStream): Meter {
  let bar: SingleBar | null = null;
  let started = 0;
  let value = 0;
  return {
    start(label, total) {
      bar = new SingleBar({
        stream,
        format: '{label} |{bar}| {percentage}% · {value}/{total} · {rate}/s · {eta_formatted} left',
        barCompleteChar: '█',
        barIncompleteChar: '░',
        hideCursor: true,
        barsize: 28,
        etaBuffer: 200,
      });
      started = performance.now();
      value = 0;
      bar.start(total, 0, { label: label.padEnd(10), rate: '–' });
    },
    advance(count) {
      value += count;
      bar?.increment(count, { rate: rate(value, started) });
    },
    stop() {
      bar?.stop();
      bar = null;
    },
  };
}

function lineMeter(stream: NodeJS.WriteStream): Meter {
  let label = '';
  let total = 0;
  let value = 0;
  let started = 0;
  let shown = 0;
  const show = (): void => {
    shown = performance.now();
    const left = value > 0 ? `, ${Math.ceil(((total - value) * (shown - started)) / value / 1000)} s left` : '';
    stream.write(`${label}: ${value}/${total}, ${rate(value, started)}/s${value < total ? left : ''}\n`);
  };
  return {
    start(newLabel, newTotal) {
      [label, total, value, started] = [newLabel, newTotal, 0, performance.now()];
      shown = started;
    },
    advance(count) {
      value += count;
      if (performance.now() - shown > 10_000) show();
    },
    stop() {
      if (label) show();
      label = '';
    },
  };
}

function rate(value: number, started: number): string {
  const perSecond = value / Math.max(1e-3, (performance.now() - started) / 1000);
  return perSecond < 10 ? perSecond.toFixed(1) : perSecond.toFixed(0);
}
