/**
 * `derive`, worked out once for each object: for what is asked again and again of something that nobody changes. Nothing is kept longer than
 * the object itself.
 */
export function oncePer<Subject extends object, Answer extends NonNullable<unknown>>(
  derive: (subject: Subject) => Answer,
): (subject: Subject) => Answer {
  const answers = new WeakMap<Subject, Answer>();
  return (subject) => {
    const known = answers.get(subject);
    if (known !== undefined) return known;
    const answer = derive(subject);
    answers.set(subject, answer);
    return answer;
  };
}
