// Filter: shows the entries of a list that hold every word that is typed, and hides the headings without any.
const box = document.querySelector("[data-filter]");
const field = box.querySelector("input");
const count = box.querySelector("output");
const entries = [...document.querySelectorAll("[data-entry]")].map((element) => ({
  element,
  text: element.textContent.toLowerCase(),
}));

function filter() {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const { element, text } of entries) {
    element.hidden = !words.every((word) => text.includes(word));
    if (!element.hidden) shown += 1;
  }
  for (const section of document.querySelectorAll("[data-entries]")) {
    section.hidden = !section.querySelector("[data-entry]:not([hidden])");
  }
  count.textContent = words.length ? `${shown} of ${entries.length}` : "";
}

function showTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target === null) return;
  if (target.hidden || target.closest("[hidden]")) {
    field.value = "";
    filter();
  }
  if (target.tagName === "DETAILS") target.open = true;
  target.scrollIntoView();
}

box.hidden = false;
field.addEventListener("input", filter);
addEventListener("hashchange", showTarget);
filter();
showTarget();
