// Workplace: what pages do better with a script. Every page works without it.
const focused = document.querySelector("[data-focus]") ?? document.querySelector("[data-notice]");
if (focused) focused.focus();

// A form is sent once; the key in it makes a second sending harmless all the same.
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent && event.submitter?.name !== "erbij") event.preventDefault();
    form.dataset.sent = "yes";
  });
}
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-once]")) delete form.dataset.sent;
});

// Escape three times leaves the pages of an official.
const away = document.querySelector("[data-away]");
let escapes = 0;
if (away) addEventListener("keydown", (event) => {
  escapes = event.key === "Escape" ? escapes + 1 : 0;
  if (escapes === 3) location.replace(away.href);
});
