import { type Options, type Params, SingleBar } from 'cli-progress';
import { type GrowingMeter, type Meter, Pace } from '../../shop/pipeline';

/** Widths of a bar, in characters. */
const WIDEST = 28;
const NARROWEST = 4;
/** Length of a label that always fits. */
const LABEL = 14;
/** Maximum number of characters of such a label and the numbers next to a bar. */
const BESIDE = 62;
/** Milliseconds below which a stage needs no line, and between two lines. */
const [SHORT, INTERVAL] = [1000, 10_000];

/** Where a meter writes: a terminal if `isTTY`. */
type Output = NodeJS.WritableStream & { isTTY?: boolean };

interface Stage {
  label: string;
  total: number;
  /** Steps done before it, and steps done now. */
  first: number;
  value: number;
  started: number;
  /** Time of the last line. */
  written: number;
  pace: Pace;
}

/** A bar with rate and time left on a terminal; elsewhere (CI logs, pipes) a line every ten seconds and at the end. */
export function createMeter(stream: Output = process.stderr): GrowingMeter {
  let stage: Stage | null = null;
  const format = (_: Options, { progress, maxWidth }: Params): string => {
    if (!stage) return '';
    const { label } = stage;
    const beside = BESIDE + Math.max(0, label.length - LABEL);
    const width = Math.min(WIDEST, Math.max(NARROWEST, maxWidth - beside));
    const full = Math.floor(progress * width);
    const bar = `|${'█'.repeat(full)}${'░'.repeat(width - full)}| ${Math.floor(100 * progress)}%`;
    return [`${label.padEnd(LABEL)} ${bar}`, ...numbers(stage)].join(' · ');
  };
  // Cursor and line wrap are left unchanged: nothing would restore them if a signal ended the process.
  const bar = stream.isTTY ? new SingleBar({ stream, format, hideCursor: false, linewrap: true }) : null;
  const writeLine = (shown: Stage): void => {
    shown.written = performance.now();
    stream.write(`${shown.label}: ${numbers(shown).join(', ')}\n`);
  };
  return {
    start(label, total, done = 0) {
      const now = performance.now();
      stage = { label, total, first: done, value: done, started: now, written: now, pace: new Pace() };
      bar?.start(total, done);
    },
    advance(count) {
      if (!stage) return;
      stage.value += count;
      stage.pace.secondsLeft(stage.value, stage.total);
      bar?.update(stage.value);
      if (!bar && stage.value < stage.total && performance.now() - stage.written > INTERVAL) writeLine(stage);
    },
    extend(more) {
      if (!stage) return;
      stage.total += more;
      bar?.setTotal(stage.total);
    },
    stop() {
      if (!stage) return;
      bar?.stop();
      if (!bar && performance.now() - stage.started > SHORT) writeLine(stage);
      stage = null;
    },
  };
}

/** The share that is done, the pace, and the time that the rest takes. */
function numbers({ value, total, first, started, pace }: Stage): string[] {
  const perSecond = (value - first) / Math.max(1e-3, (performance.now() - started) / 1000);
  const rate = value === first ? '–' : perSecond.toFixed(perSecond < 10 ? 1 : 0);
  const seconds = Math.ceil((value > first && pace.secondsLeft(value, total)) || 0);
  const left = seconds < 100 ? `${seconds} s` : seconds < 6000 ? `${Math.ceil(seconds / 60)} min` : hours(seconds);
  return [`${value}/${total}`, `${rate}/s`, ...(seconds > 0 ? [`${left} left`] : [])];
}

const hours = (seconds: number): string => `${(seconds / 3600).toFixed(1)} h`;

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
