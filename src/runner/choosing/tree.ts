/** The tree of questions, read from the page: the folds and links that a reader without JavaScript uses. */

export interface Answer {
  readonly says: string;
  /** The question that follows, or the id of the result. */
  readonly to: Question | string;
}

export interface Question {
  readonly asks: string;
  readonly answers: readonly Answer[];
}

/** What was answered so far, as places in the lists of answers, counted from 0. */
export type Path = readonly number[];

/** The first question of the tree in `place`, which holds a `.choosing-asks` and a list. */
export function readQuestion(place: Element): Question {
  return {
    asks: child(place, ".choosing-asks").textContent ?? "",
    answers: [...child(place, "ul").children].map(readAnswer),
  };
}

function readAnswer(item: Element): Answer {
  const says = child(item.firstElementChild ?? item, ".choosing-says, summary").textContent ?? "";
  const link = item.querySelector<HTMLAnchorElement>(":scope > a");
  if (link) return { says, to: link.hash.slice(1) };
  return { says, to: readQuestion(child(item, "details")) };
}

function child(parent: Element, selector: string): Element {
  const found = parent.querySelector(selector.split(", ").map((one) => `:scope > ${one}`).join(", "));
  if (!found) throw new Error(`The page has no ${selector} where the tree needs one. Build the site again.`);
  return found;
}

/** Where a path leads, or undefined where the tree has no such path. */
export function follow(first: Question, path: Path): Question | string | undefined {
  let here: Question | string = first;
  for (const place of path) {
    if (typeof here === "string") return undefined;
    const answer: Answer | undefined = here.answers[place];
    if (!answer) return undefined;
    here = answer.to;
  }
  return here;
}

/** The questions on a path, each with the words that it was answered with. */
export function answered(first: Question, path: Path): readonly { asks: string; says: string }[] {
  return path.flatMap((_, index) => {
    const question = follow(first, path.slice(0, index));
    const answer = typeof question === "object" ? question.answers[path[index] ?? -1] : undefined;
    return typeof question === "object" && answer ? [{ asks: question.asks, says: answer.says }] : [];
  });
}
