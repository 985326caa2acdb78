import { type Fields, fieldsOf, textOf } from '../read-event.ts';

/**
 * What CloudFormation asks of a custom resource.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html
 */
export interface ResourceRequest {
  readonly type: 'Create' | 'Update' | 'Delete';
  readonly responseUrl: string;
  readonly ids: { readonly StackId: string; readonly RequestId: string; readonly LogicalResourceId: string };
  /** Absent on Create. */
  readonly physicalId: string | undefined;
  readonly properties: Fields;
}

/** `resource` names what was made: a new name tells CloudFormation to delete the old one. A failure keeps the old name. */
export type Answer = { readonly resource: string } | { readonly failed: string };

/** CloudFormation takes no answer above 4096 bytes. */
const longestReason = 2000;

/** Reads a custom resource's event. Throws EventError when it is none. */
export function readResourceRequest(event: unknown): ResourceRequest {
  const fields = fieldsOf(event, 'event');
  const type = textOf(fields, 'RequestType');
  const physicalId = fields['PhysicalResourceId'];
  return {
    type: type === 'Create' || type === 'Update' ? type : 'Delete',
    responseUrl: textOf(fields, 'ResponseURL'),
    ids: {
      StackId: textOf(fields, 'StackId'),
      RequestId: textOf(fields, 'RequestId'),
      LogicalResourceId: textOf(fields, 'LogicalResourceId'),
    },
    physicalId: typeof physicalId === 'string' ? physicalId : undefined,
    properties: fieldsOf(fields['ResourceProperties'], 'ResourceProperties'),
  };
}

/** Sends the answer that CloudFormation waits for. Throws when it was not taken: Lambda runs the whole request again. */
export async function answerCloudFormation(
  { responseUrl, ids, physicalId }: ResourceRequest,
  answer: Answer,
): Promise<void> {
  const body = {
    ...ids,
    PhysicalResourceId: 'resource' in answer ? answer.resource : (physicalId ?? ids.RequestId),
    ...('resource' in answer
      ? { Status: 'SUCCESS' }
      : { Status: 'FAILED', Reason: answer.failed.slice(0, longestReason) }),
  };
  // The URL is signed for an empty content type.
  const response = await fetch(responseUrl, {
    method: 'PUT',
    headers: { 'content-type': '' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new Error(`CloudFormation took no answer: ${response.status} ${response.statusText}`);
}
