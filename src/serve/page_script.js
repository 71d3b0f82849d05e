// Keys that lead through a page, and runs that are shown as they go on. Pages work without it.
"use strict";

const keysAreOn = document.documentElement.dataset.keys === "on";

// Moves the focus among the links of a list's entries.
function step(by) {
  const links = [...document.querySelectorAll(".articles > li > a")];
  const at = links.indexOf(document.activeElement);
  const next = links[at < 0 && by < 0 ? links.length - 1 : at + by];
  if (next) next.focus();
}

function isTyping(target) {
  return target.closest("input, textarea, select, [contenteditable]") !== null;
}

document.addEventListener("keydown", (event) => {
  if (!keysAreOn || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (!(event.target instanceof Element) || isTyping(event.target)) return;
  if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else if (event.key === "/") {
    const field = document.querySelector("main input[type=search], input[type=search]");
    if (!field) return;
    field.focus();
    event.preventDefault();
  } else if (event.key === "?") {
    location.assign("/settings#keys");
  }
});

// Each event has the whole list: the server made and escaped it.
const live = document.querySelector("[data-live]");
if (live) {
  const source = new EventSource(live.dataset.live);
  source.addEventListener("message", (event) => {
    const parsed = new DOMParser().parseFromString(event.data, "text/html");
    live.replaceChildren(...parsed.body.childNodes);
  });
  addEventListener("pagehide", () => source.close());
}
