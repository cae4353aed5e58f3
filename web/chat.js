// A click on a mark shows the passage in the evidence panel where it stands there; else the link leads to its own page.
document.addEventListener("click", (event) => {
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  const mark = event.target.closest?.("#messages a.mark, #messages a[href*='/r/'], .panel .facts a.mark");
  if (mark && plain) {
    const path = new URL(mark.href, location.href).pathname;
    const card = [...document.querySelectorAll(".panel .passage")].find((found) => found.dataset.url === path);
    if (card) {
      event.preventDefault();
      card.closest("details")?.setAttribute("open", "");
      card.focus({ preventScroll: true });
      card.scrollIntoView({ block: "nearest", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    }
  }
  const copy = event.target.closest?.("button.copy");
  if (copy) {
    const done = () => { copy.textContent = "Copied"; };
    if (navigator.clipboard) {
      navigator.clipboard.writeText(copy.dataset.copy).then(done);
    } else {
      // Plain-HTTP intranets have no clipboard object.
      const area = document.createElement("textarea");
      area.value = copy.dataset.copy;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
      done();
    }
  }
});
// Gradio labels each message with its source; a screen reader would spell out the markup. The words themselves are enough.
new MutationObserver(() => {
  document.querySelectorAll("#messages [aria-label*='<']").forEach((message) => message.removeAttribute("aria-label"));
  // Answers grow by sentences, which would each be read out; the status line tells what there is to know.
  document.querySelectorAll("#messages [role='log']:not([aria-live='off'])").forEach((log) => log.setAttribute("aria-live", "off"));
}).observe(document.documentElement, { subtree: true, childList: true, attributes: true, attributeFilter: ["aria-label"] });
