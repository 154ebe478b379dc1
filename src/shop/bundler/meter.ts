import { type Options, type Params, SingleBar } from 'cli-progress';
import { type GrowingMeter, type Meter, Pace } from '../pipeline';

/** Widths of a bar, in characters. */
const WIDEST = 28;
const NARROWEST = 4;
/** Length of a label that always fits. */
const LABEL = 14;
/** Maximum number of characters of such a label and the numbers next to a bar. */
const BESIDE = 62;
/** Milliseconds below which a stage needs no line. */
const SHORT = 1000;

/** Where a meter writes: a terminal if `isTTY`. */
type Output = NodeJS.WritableStream & { isTTY?: boolean };

/** A bar with rate and time left on a terminal; elsewhere (CI logs, pipes) a line every ten seconds and at the end. */
export function createMeter(stream: Output = process.stderr): GrowingMeter {
  return stream.isTTY ? barMeter(stream) : lineMeter(stream);
}

function barMeter(stream: Output): GrowingMeter {
  let bar: SingleBar | null = null;
  let started = 0;
  let pace = new Pace();
  const format = (_: Options, params: Params, { label, first }: { label: string; first: number }): string => {
    const { value, total, progress, maxWidth } = params;
    const beside = BESIDE + Math.max(0, label.length - LABEL);
    const width = Math.min(WIDEST, Math.max(NARROWEST, maxWidth - beside));
    const full = Math.floor(progress * width);
    const parts = [
      `${label.padEnd(LABEL)} |${'█'.repeat(full)}${'░'.repeat(width - full)}| ${Math.floor(100 * progress)}%`,
      `${value}/${total}`,
      `${value > first ? rate(value - first, started) : '–'}/s`,
      ...(value > first ? timeLeft(pace.secondsLeft(value, total)) : []),
    ];
    return parts.join(' · ');
  };
  return {
    start(label, total, done = 0) {
      // Cursor and line wrap are left unchanged: nothing would restore them if a signal ended the process.
      bar = new SingleBar({ stream, format, hideCursor: false, linewrap: true });
      started = performance.now();
      pace = new Pace();
      bar.start(total, done, { label, first: done });
    },
    advance(count) {
      bar?.increment(count);
    },
    extend(more) {
      bar?.setTotal(bar.getTotal() + more);
    },
    stop() {
      bar?.stop();
      bar = null;
    },
  };
}

function timeLeft(seconds: number | null): string[] {
  if (seconds === null || seconds < 1) return [];
  const whole = Math.ceil(seconds);
  const minutes = whole < 6000 ? `${Math.ceil(whole / 60)} min` : `${(whole / 3600).toFixed(1)} h`;
  return [`${whole < 100 ? `${whole} s` : minutes} left`];
}

function lineMeter(stream: Output): GrowingMeter {
  let label = '';
  let first = 0;
  let total = 0;
  let value = 0;
  let started = 0;
  let shown = 0;
  let pace = new Pace();
  const show = (left: number | null): void => {
    shown = performance.now();
    stream.write(
      `${[`${label}: ${value}/${total}`, `${rate(value - first, started)}/s`, ...timeLeft(left)].join(', ')}\n`,
    );
  };
  return {
    start(newLabel, newTotal, done = 0) {
      [label, total, first, value, started] = [newLabel, newTotal, done, done, performance.now()];
      shown = started;
      pace = new Pace();
    },
    advance(count) {
      value += count;
      const left = pace.secondsLeft(value, total);
      if (value < total && performance.now() - shown > 10_000) show(left);
    },
    extend(more) {
      total += more;
    },
    stop() {
      if (label && performance.now() - started > SHORT) show(null);
      label = '';
    },
  };
}

function rate(value: number, started: number): string {
  const perSecond = value / Math.max(1e-3, (performance.now() - started) / 1000);
  return perSecond < 10 ? perSecond.toFixed(1) : perSecond.toFixed(0);
}

/** Makes meters of concurrent work: stages of one label are shown as one, with the time left for all of them. */
export function jointMeters(create: () => GrowingMeter): () => Meter {
  const stages = new Map<string, { meter: GrowingMeter; running: number }>();
  return () => {
    let label = '';
    return {
      start(newLabel, total, done = 0) {
        label = newLabel;
        const known = stages.get(label);
        if (known) {
          known.running++;
          known.meter.extend(total);
          if (done > 0) known.meter.advance(done);
          return;
        }
        const meter = create();
        stages.set(label, { meter, running: 1 });
        meter.start(label, total, done);
      },
      advance: (count) => stages.get(label)?.meter.advance(count),
      stop() {
        const stage = stages.get(label);
        if (!stage || --stage.running > 0) return;
        stages.delete(label);
        stage.meter.stop();
      },
    };
  };
}
