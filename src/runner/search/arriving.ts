/**
 * A link to a section leads to it. While the search is open on a phone the theme holds the page still. It lets go of it a tenth of a second
 * after a result was taken and goes back to where the page was, which may come after the jump; and on a slow line it takes where the page is
 * meanwhile for what the history says.
 */

/** Where the last click leads, until that page is here. */
let goal = "";

/** Before the theme hears of a click. */
export function setOut({ target }: Event): void {
  const link = target instanceof Element ? target.closest<HTMLAnchorElement>("a[href]") : null;
  if (!link) return; // the theme clicks on its own switches when a link was clicked
  goal = link.hash && link.href;
  const held = -Number.parseInt(document.body.style.top, 10);
  if (!link.closest(".md-search") || Number.isNaN(held)) return;
  document.body.removeAttribute("data-md-scrolllock");
  document.body.style.top = "";
  scrollTo(0, held);
  dispatchEvent(new Event("scroll")); // the theme writes into the history where it thinks that the page is
}

/** When the theme has exchanged the page, and before it moves it for the last time: without a state it goes to the section too. */
export function arrive(): void {
  if (goal === location.href) {
    history.replaceState(null, "");
    Object.assign(document.createElement("a"), { href: location.hash }).click();
  }
  goal = "";
}
