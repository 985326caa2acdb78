import type { Ports } from '../../adapters/ports.ts';
import type { Application } from '../../core/application/application-schema.ts';
import { log } from '../log.ts';
import { EventError, type Fields, fieldsOf, textOf } from '../read-event.ts';
import {
  type Answer,
  answerCloudFormation,
  type ResourceRequest,
  readResourceRequest,
} from './answer-cloudformation.ts';
import { storeApplication } from './store-application.ts';

type ApplyPorts = Pick<Ports, 'clock' | 'chance' | 'table'>;

/**
 * Stores the application file of one custom resource (infra/apply.ts). The file was checked at synth, by the same code as anywhere else, so
 * the schema is not in this bundle. Whatever goes wrong is an answer, so that a deploy fails at once and with the reason; only an answer that
 * CloudFormation did not take is thrown. Deleting the resource does nothing: no file taken out of a folder ends a machine.
 */
export async function applyResource(ports: ApplyPorts, event: unknown): Promise<void> {
  const request = readResourceRequest(event);
  const answer = await answerTo(ports, request);
  log({ stage: 'apply', key: request.ids.LogicalResourceId, report: answer });
  await answerCloudFormation(request, answer);
}

async function answerTo(ports: ApplyPorts, request: ResourceRequest): Promise<Answer> {
  if (request.type === 'Delete') return { resource: request.physicalId ?? request.ids.RequestId };
  try {
    const application = applicationOf(request.properties);
    const parameters = textsOf(parsed(request.properties, 'Parameters'));
    const report = await storeApplication(ports, { application, parameters, drainLayers: [] });
    if (report.outcome !== 'refused') return { resource: report.application };
    return {
      failed: report.problems
        .map(({ path, found, allowed }) => `${path}: found ${found}, allowed: ${allowed}`)
        .join('; '),
    };
  } catch (error) {
    log({ stage: 'apply', key: request.ids.LogicalResourceId, error });
    return { failed: String(error) };
  }
}

function applicationOf(properties: Fields): Application {
  const application = parsed(properties, 'Application');
  if (!isApplication(application)) throw new EventError('Application: expected a checked application file');
  return application;
}

/** What infra/read-applications.ts checked is one. */
function isApplication(value: unknown): value is Application {
  return typeof value === 'object' && value !== null && 'application' in value && 'layers' in value;
}

function textsOf(value: unknown): Readonly<Record<string, string>> {
  const fields = fieldsOf(value, 'Parameters');
  return Object.fromEntries(Object.keys(fields).map((name) => [name, textOf(fields, name)]));
}

function parsed(properties: Fields, name: string): unknown {
  return JSON.parse(textOf(properties, name));
}
