/** Something that the proof needs and this machine does not have. The proof then says what and ends with exit code 3. */
export class MissingPart extends Error {
  override readonly name = 'MissingPart';
}
