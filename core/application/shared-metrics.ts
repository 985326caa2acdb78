/** What is looked at of a metric. */
interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly stat: string;
}

/**
 * Metrics of EC2 whose average over instances falls in proportion when more of them share the load:
 * docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_metrics_with_cloudwatch.html. Credits, status checks and memory do not.
 */
const ofEc2 =
  /^(CPUUtilization|Network(In|Out|PacketsIn|PacketsOut)|Disk(Read|Write)(Ops|Bytes)|EBS(Read|Write)(Ops|Bytes))$/;

/** Names that say that it is the busy share of a processor or of an instance. */
const saysBusy = /cpu|utili[sz]ation/i;
/** What is free, borrowed or waited for, or does not follow the load: no share that falls in proportion. */
const saysOtherwise = /idle|credit|surplus|steal|wait|mem|disk|swap|queue/i;

/**
 * Whether a metric, by its nature, is an average per instance: twice as many instances, half the value. Requests per target are one by definition
 * (docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html, `RequestCountPerTarget`: Sum).
 */
export function isSharedMetric({ namespace, name, stat }: Metric): boolean {
  if (namespace === 'AWS/ApplicationELB') return name === 'RequestCountPerTarget' && stat === 'Sum';
  if (stat !== 'Average') return false;
  if (namespace === 'AWS/EC2') return ofEc2.test(name);
  return !namespace.startsWith('AWS/') && saysBusy.test(name) && !saysOtherwise.test(name);
}
