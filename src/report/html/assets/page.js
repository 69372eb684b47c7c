
{
  const data = JSON.parse(document.getElementById("data").textContent);
  const timelines = new Map();
  document.querySelectorAll("figure.timeline").forEach((figure) => {
    const found = data[Number(figure.dataset.case.slice("case-".length))];
    if (found) timelines.set(figure.dataset.case, new Timeline(figure, found));
  });

  const show = (button) => {
    const timeline = timelines.get(button.dataset.show);
    if (!timeline) return;
    const code = button.closest(".finding").querySelector("h4 code").textContent;
    timeline.figure.scrollIntoView({ block: "nearest" });
    timeline.mark(button.dataset.positions.split(" "), code);
    timeline.scroll.focus({ preventScroll: true });
  };
  document.querySelectorAll("button.show").forEach((button) => {
    if (!timelines.has(button.dataset.show)) return;
    button.hidden = false;
    const finding = button.closest(".finding");
    finding.querySelector("h4").addEventListener("click", () => {
      // Selecting text is not asking for the picture.
      if (String(getSelection()) === "") show(button);
    });
    finding.classList.add("shows");
    button.addEventListener("click", () => show(button));
  });

  // A link to a case opens it, and paper has no folds.
  const open = () => {
    const target = document.getElementById(location.hash.slice(1));
    target?.querySelector(":scope > details")?.setAttribute("open", "");
  };
  addEventListener("hashchange", open);
  open();
  addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((part) => part.setAttribute("open", "")));
  document.documentElement.dataset.ready = "yes";
}
