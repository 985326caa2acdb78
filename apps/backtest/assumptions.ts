import { isoFromInstant } from '../../core/amounts.ts';
import type { BacktestReport, BacktestRequest, FileReport } from './backtest.ts';
import type { KpiSource } from './choose-sources.ts';

/** Everything that the result rests on and that a reader may want to doubt, in sentences: first what is common, then by file. */
export function assumptionsOf(report: BacktestReport, request: BacktestRequest): readonly string[] {
  const [first, ...others] = report.files;
  if (first === undefined) return [];
  const own = others.flatMap((file) => ownAssumptions(file, first));
  return [...conditionsOf(report, request), ...fileAssumptions(first), ...own];
}

function ownAssumptions(file: FileReport, first: FileReport): readonly string[] {
  const known = new Set(fileAssumptions(first));
  return fileAssumptions(file).flatMap((sentence) => (known.has(sentence) ? [] : [`${file.file}: ${sentence}`]));
}

function conditionsOf(report: BacktestReport, { bootSeconds, conditions, files }: BacktestRequest): readonly string[] {
  const { delaySeconds, acknowledgeSeconds, refusePercent, seed } = conditions;
  const layers = Object.entries(files[0]?.application.layers ?? {});
  const boots = layers.map(([layer, { readySeconds }]) => `${layer} ${readySeconds / 2} s`).join(', ');
  const boot = bootSeconds === undefined ? `half of readySeconds (${boots})` : `${bootSeconds} s`;
  const refusals = refusePercent === 0 ? '' : ` ${refusePercent} % of launch calls find no capacity (seed ${seed}).`;
  const isLearning = report.scored.from !== report.start;
  return [
    `A machine is ready ${boot} after its launch; participants answer after ${acknowledgeSeconds} s; datapoints show ${delaySeconds} s after their period.${refusals}`,
    'The fleet stands at the start as it was recorded, else as many as are needed until a first launch could serve; it is billed from then on.',
    ...(isLearning ? [`Scored from ${isoFromInstant(report.scored.from)} on; before that the rules learn.`] : []),
    ...(report.ran.length > 0
      ? [
          'What really ran is billed for its time in service at the price of the first file: its launches were not recorded.',
        ]
      : []),
  ];
}

function fileAssumptions({ kpis, load, modelSays, notes }: FileReport): readonly string[] {
  const said =
    load?.kpi === undefined
      ? `The column load is no KPI of a rule (${load?.because ?? ''}); it moves the load model.`
      : `The column load is ${load.kpi}: ${load.because}.`;
  return [
    ...(load === undefined ? [] : [said]),
    ...kpis.map(sayKpi),
    ...(modelSays === undefined
      ? []
      : [`Load model (M/M/c/K queues behind an even load balancer, as in the demo): ${modelSays}.`]),
    ...notes,
  ];
}

function sayKpi({ kpi, kind, because, metric, periodSeconds, from }: KpiSource): string {
  const what = `${kpi} (${kind}: ${because})`;
  if (from.kind === 'modelled') return `${what} comes from the load model of ${from.layer}.`;
  if (from.kind === 'rescaled') return `${what} is recorded × ${from.counts.name} ÷ simulated in service.`;
  const { stepSeconds } = from.column;
  if (stepSeconds === periodSeconds) return `${what} is as recorded.`;
  const how = stepSeconds > periodSeconds ? 'on straight lines between them' : 'gathered';
  return `${what} is as recorded, ${metric.stat} of ${stepSeconds} s made ${periodSeconds} s, ${how}.`;
}
