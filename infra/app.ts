import { App } from 'aws-cdk-lib';
import { ConcertinaStack } from './concertina-stack.ts';
import { ApplicationFileError, applicationSources } from './read-applications.ts';
import { ContextError, readContext } from './read-context.ts';

/** What `npx cdk synth` and `npx cdk deploy` run. Settings come from cdk.json and from `-c concertina:<name>=<value>`. */
try {
  const app = new App();
  const { stackName, applications, ...settings } = readContext((name) => app.node.tryGetContext(name));
  new ConcertinaStack(app, stackName, {
    description: 'Concertina: scales applications that run on EC2 in layers',
    applications: applicationSources(applications),
    ...settings,
  });
} catch (error) {
  if (!(error instanceof ApplicationFileError || error instanceof ContextError)) throw error;
  console.error(error.message);
  process.exit(2);
}
