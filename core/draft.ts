/**
 * A record while it is made: fields that may be absent are set only when they are there. Spreading `{}` or one field into a new object takes some
 * twenty times as long, and an evaluation makes a dozen of them for each layer.
 */
export type Draft<Made> = { -readonly [Field in keyof Made]: Made[Field] };
