/** One line of an explanation, and what it is made of. */
export interface ExplanationNode {
  readonly label: string;
  /** The same in more words, on the same line. */
  readonly detail?: string;
  readonly children?: readonly ExplanationNode[];
}

/** A decision explained. */
export interface Explanation {
  /** The stored sentence. */
  readonly because: string;
  /** What would have had to be different for another answer, in sentences, the nearest first. */
  readonly otherAnswers: readonly string[];
  /** All of it. */
  readonly tree: ExplanationNode;
}

/** An explanation as plain text: the sentence, then one line for each other answer. */
export function shortText({ because, otherAnswers }: Pick<Explanation, 'because' | 'otherAnswers'>): string {
  return [because, ...otherAnswers.map((answer) => `  ${answer}`)].join('\n');
}

/** An explanation as a tree drawn with box characters, one node a line. */
export function treeText({ label, detail, children = [] }: ExplanationNode): string {
  return [lineOf({ label, ...(detail === undefined ? {} : { detail }) }), ...branches(children, '')].join('\n');
}

function branches(nodes: readonly ExplanationNode[], indent: string): readonly string[] {
  return nodes.flatMap((node, index) => {
    const isLast = index === nodes.length - 1;
    const below = branches(node.children ?? [], `${indent}${isLast ? '   ' : '│  '}`);
    return [`${indent}${isLast ? '└─' : '├─'} ${lineOf(node)}`, ...below];
  });
}

function lineOf({ label, detail }: ExplanationNode): string {
  return detail === undefined ? label : `${label}: ${detail}`;
}
