import { type Instant, instantFromIso } from '../core/amounts.ts';

/** An event that no stage can make sense of. Thrown, so that it is retried, then kept in a dead-letter queue with an alarm. */
export class EventError extends Error {
  override readonly name = 'EventError';
}

/** What EventBridge sends. https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html */
export interface BusEvent {
  readonly detailType: string;
  readonly time: Instant;
  readonly detail: Fields;
}

/** One message of a queue or one record of the table's stream. */
export interface BatchRecord {
  /** What a partial batch response names: the message id of SQS, the sequence number of a stream. */
  readonly id: string;
  readonly fields: Fields;
}

/** The fields of an event, not looked at yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** Reads an EventBridge event. Throws EventError naming the field that is missing. */
export function readBusEvent(event: unknown): BusEvent {
  const fields = fieldsOf(event, 'event');
  return {
    detailType: textOf(fields, 'detail-type'),
    time: instantFromIso(textOf(fields, 'time')),
    detail: fieldsOf(fields['detail'], 'detail'),
  };
}

/** Whether the event is a batch of a queue or a stream, rather than one event of EventBridge. */
export function isBatch(event: unknown): boolean {
  return isFields(event) && Array.isArray(event['Records']);
}

/** Messages of an SQS batch. Throws EventError when it is no such batch. */
export function queueRecords(event: unknown): readonly BatchRecord[] {
  return recordsOf(event).map((fields) => ({ id: textOf(fields, 'messageId'), fields }));
}

/** Records of a DynamoDB stream batch. Throws EventError when it is no such batch. */
export function streamRecords(event: unknown): readonly BatchRecord[] {
  return recordsOf(event).map((fields) => ({
    id: textOf(fieldsOf(fields['dynamodb'], 'dynamodb'), 'SequenceNumber'),
    fields,
  }));
}

/** The JSON value in a message's body. Throws EventError when it is no JSON. */
export function bodyOf(record: BatchRecord): unknown {
  const body = textOf(record.fields, 'body');
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new EventError(`message ${record.id}: the body is no JSON`, { cause });
  }
}

/** The application that a tick in the queue is for. Throws EventError when it names none. */
export function tickedApplication(record: BatchRecord): string {
  return textOf(fieldsOf(bodyOf(record), 'body'), 'application');
}

/**
 * The application whose record changed: the partition key. Undefined for the partitions beside it, whose keys hold a `#` and which wake
 * nobody (adapters/aws/table-layout.ts). Throws EventError when the record shows no key.
 */
export function changedApplication(record: BatchRecord): string | undefined {
  const keys = fieldsOf(fieldsOf(record.fields['dynamodb'], 'dynamodb')['Keys'], 'dynamodb.Keys');
  const partition = textOf(fieldsOf(keys['application'], 'dynamodb.Keys.application'), 'S');
  return partition.includes('#') ? undefined : partition;
}

/** A field that must be a text, and not an empty one. Throws EventError. */
export function textOf(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string' || value === '')
    throw new EventError(`${name}: expected a text, found ${shown(value)}`);
  return value;
}

/** An object, as fields. `name` is what an EventError calls it. */
export function fieldsOf(value: unknown, name: string): Fields {
  if (!isFields(value)) throw new EventError(`${name}: expected an object, found ${shown(value)}`);
  return value;
}

function recordsOf(event: unknown): readonly Fields[] {
  const records = fieldsOf(event, 'event')['Records'];
  if (!Array.isArray(records)) throw new EventError(`Records: expected a list, found ${shown(records)}`);
  return records.map((record: unknown) => fieldsOf(record, 'record'));
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Short enough for a log line, and never a whole payload. */
function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 100);
}
