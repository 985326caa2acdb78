import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Concertina, type ConcertinaProps } from './concertina.ts';

/** Concertina as a stack of its own. An application that has a stack already can hold a `Concertina` in it instead. */
export class ConcertinaStack extends Stack {
  readonly concertina: Concertina;

  constructor(scope: Construct, id: string, props: StackProps & ConcertinaProps) {
    super(scope, id, props);
    this.concertina = new Concertina(this, 'Concertina', props);
  }
}
