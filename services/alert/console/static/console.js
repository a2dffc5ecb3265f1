// The live part of the console: nothing here is needed for reading.
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");

  const SETTLE_MS = 300;
  const CLOCK_MS = 20000;
  const UNITS = [[86400, "day"], [3600, "hour"], [60, "minute"]];

  const ago = (at) => {
    const seconds = Math.trunc((Date.now() - at.getTime()) / 1000);
    for (const [size, unit] of UNITS) {
      const count = Math.floor(Math.abs(seconds) / size);
      if (count) {
        const span = `${count} ${unit}${count > 1 ? "s" : ""}`;
        return seconds > 0 ? `${span} ago` : `in ${span}`;
      }
    }
    return "just now";
  };

  const tick = () => {
    for (const time of document.querySelectorAll("time[datetime]")) {
      const shown = time.querySelector(".ago");
      if (shown) shown.textContent = ago(new Date(time.dateTime));
    }
  };
  setInterval(tick, CLOCK_MS);

  const say = (text, state) => {
    const place = document.getElementById("live-text");
    if (place) place.textContent = text;
    const whole = document.getElementById("live");
    if (whole) whole.dataset.state = state;
  };

  // The server renders the news again and htmx morphs it into the page, so that focus and scroll position stay.
  let changed = new Map();
  let timer = 0;
  const refresh = async () => {
    timer = 0;
    const news = document.getElementById("news");
    if (!news || !news.dataset.live || !changed.size) return;
    const only = news.dataset.only;
    const now = changed;
    changed = new Map();
    if (only && !now.has(only)) return;
    await window.htmx.ajax("GET", news.dataset.live, {
      target: "#news", select: "#news", swap: only ? "outerHTML" : "outerMorph",
    });
    const said = [];
    for (const [id, headline] of now) {
      const card = document.getElementById(id);
      if (card) {
        card.classList.remove("fresh");
        void card.offsetWidth; // start the animation anew
        card.classList.add("fresh");
      }
      if (card || only) said.push(headline);
    }
    tick();
    const place = document.getElementById("announce");
    if (place && said.length) {
      place.textContent = said.length > 3 ? `${said.length} measures changed` : `Changed: ${said.join(". ")}`;
    }
  };

  const listen = () => {
    const events = new EventSource("/api/v1/events");
    const note = (event) => {
      const data = JSON.parse(event.data);
      changed.set(data.measure_id || data.id, data.headline);
      if (!timer) timer = setTimeout(refresh, SETTLE_MS);
    };
    events.addEventListener("measure", note);
    events.addEventListener("alert", note);
    events.addEventListener("open", () => say("Live", "on"));
    events.addEventListener("error", () => {
      say(events.readyState === EventSource.CLOSED ? "Not live: reload the page" : "Connecting again …", "off");
    });
    addEventListener("pagehide", () => events.close());
    addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  };
  if (document.querySelector("[data-live]")) listen();
  else say("", "none");
})();
