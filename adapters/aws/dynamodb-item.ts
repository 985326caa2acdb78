import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/** An item as DynamoDB takes and gives it. */
export type Item = Record<string, AttributeValue>;

/** Anything a record holds. A gap in a list (`undefined`) is kept as NULL; an undefined field is left out. */
export function itemFromObject(object: object): Item {
  const item: Item = {};
  for (const [name, value] of Object.entries(object)) if (value !== undefined) item[name] = attributeFromValue(value);
  return item;
}

/** The way back. Numbers come back exactly: DynamoDB keeps 38 digits, JavaScript needs 17. */
export function objectFromItem(item: Item): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, valueFromAttribute(value)]));
}

function attributeFromValue(value: unknown): AttributeValue {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'boolean') return { BOOL: value };
  if (typeof value === 'number' && Number.isFinite(value)) return { N: String(value) };
  if (value === undefined) return { NULL: true };
  if (Array.isArray(value)) return { L: value.map(attributeFromValue) };
  if (typeof value === 'object' && value !== null) return { M: itemFromObject(value) };
  throw new TypeError(`a record cannot hold ${String(value)}`);
}

function valueFromAttribute(attribute: AttributeValue): unknown {
  if (attribute.S !== undefined) return attribute.S;
  if (attribute.N !== undefined) return Number(attribute.N);
  if (attribute.BOOL !== undefined) return attribute.BOOL;
  if (attribute.M !== undefined) return objectFromItem(attribute.M);
  if (attribute.L !== undefined) return attribute.L.map(valueFromAttribute);
  if (attribute.NULL !== undefined) return undefined;
  throw new TypeError(`no record holds an attribute of this type: ${Object.keys(attribute).join()}`);
}
