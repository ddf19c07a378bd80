(async () => {
  "use strict";
  const text = id => document.getElementById(id).textContent;
  const unpack = async packed => {
    const plain = atob(packed.replace(/ø/g, "+").replace(/þ/g, "/"));
    const bytes = Uint8Array.from(plain, letter => letter.charCodeAt(0));
    const open = new DecompressionStream("gzip");
    return new Response(new Blob([bytes]).stream().pipeThrough(open)).text();
  };
  const idle = window.requestIdleCallback ?? setTimeout;
  const tip = document.getElementById("tip");
  const show = (_, event, item, value) => {
    tip.hidden = value === null || value === undefined || value === "";
    if (tip.hidden) return;
    tip.textContent = String(value);
    const right = document.documentElement.clientWidth - tip.offsetWidth - 8;
    const above = event.clientY - tip.offsetHeight - 14;
    tip.style.left = Math.max(8, Math.min(event.clientX + 12, right)) + "px";
    tip.style.top = (above < 8 ? event.clientY + 18 : above) + "px";
  };
  const settle = (drawn, still, key) => {
    for (const part of drawn.querySelectorAll("*")) {
      for (const name of part.getAttributeNames()) {
        const value = part.getAttribute(name);
        if (name === "role" || name.startsWith("aria-")) part.removeAttribute(name);
        else if (name === "id") part.id = "drawn-" + key + "-" + value;
        else if (value.startsWith("url(#"))
          part.setAttribute(name, value.replace("#", "#drawn-" + key + "-"));
      }
    }
    for (const name of ["width", "height"]) drawn.removeAttribute(name);
    for (const name of ["role", "aria-label", "style"])
      drawn.setAttribute(name, still.getAttribute(name));
  };
  const draw = async (key, spec, config) => {
    const box = document.querySelector("#figure-" + key + " .chart");
    const holder = document.createElement("div");
    await window.vegaEmbed(holder, spec, {
      mode: "vega-lite", renderer: "svg", ast: true, actions: false,
      defaultStyle: false, config, tooltip: show,
    });
    const drawn = holder.querySelector("svg");
    settle(drawn, box.querySelector("svg"), key);
    box.replaceChildren(drawn);
    box.classList.add("drawn");
  };
  const { config, specs } = JSON.parse(text("charts"));
  const script = document.createElement("script");
  script.textContent = await unpack(text("vega"));
  document.head.append(script);
  for (const [key, spec] of Object.entries(specs)) {
    await new Promise(done => idle(done));
    await draw(key, spec, config);
  }
  document.documentElement.dataset.charts = "drawn";
  document.addEventListener("scroll", () => { tip.hidden = true; }, true);
  document.addEventListener("keydown", event => {
    if (event.key === "Escape") tip.hidden = true;
  });
})();
