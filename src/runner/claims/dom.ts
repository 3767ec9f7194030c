/** Making elements. Data becomes text nodes, never HTML. */

/** An element with a class and text. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = "",
  text = "",
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

/** A link that opens where the reader says. */
export function makeLink(href: string, text: string, className = ""): HTMLAnchorElement {
  const link = make("a", className, text);
  link.href = href;
  return link;
}

/** A button that acts on a press. */
export function makeButton(text: string, className: string, act: () => void): HTMLButtonElement {
  const button = make("button", className, text);
  button.type = "button";
  button.addEventListener("click", act);
  return button;
}

/** A statement as nodes: what stands between backticks is code. */
export function statementNodes(statement: string): Node[] {
  return statement
    .split("`")
    .map((part, place) => (place % 2 ? make("code", "", part) : document.createTextNode(part)));
}

/** A polite line: what is written into it is read out. */
export function makeStatus(className: string): HTMLParagraphElement {
  const line = make("p", className);
  line.setAttribute("role", "status");
  return line;
}
