// One look at the whole document: everything recognition asks for, in one call.
({ probes, scripts, alerts, harmless, headings, identity, claimed: claimedWhere, styled }) => {
  globalThis[Symbol.for("rest")]?.news();
  const searched = roots();
  const visibleIn = (css) => queryAll(searched, css).filter(isVisible);
  const present = [],
    visible = [],
    counts = [];
  for (const css of probes) {
    const found = queryAll(searched, css).filter((element) => !isDecoy(element));
    present.push(found.length > 0);
    const seen = found.filter(isVisible).length;
    visible.push(seen > 0);
    counts.push(seen);
  }

  const controls = visibleIn(CONTROL);
  const fields = visibleIn(FIELD);
  const forms = queryAll(searched, "form").map((form) => {
    const mine = [...fields, ...controls].filter((element) => element.form === form || form.contains(element));
    return {
      shown: mine.length > 0,
      fields: mine.filter((element) => element.matches(FIELD)).length,
      method: (form.getAttribute("method") || "get").toLowerCase(),
      action: form.getAttribute("action") || "",
      app: form.querySelector("input[name=appAction]")?.value || "",
    };
  });

  const texts = [document.body?.innerText || ""];
  for (const root of searched.slice(1)) if (isRendered(root.host)) texts.push(spoken(root.host));
  for (const element of visibleIn("kat-alert, kat-button, kat-modal, kat-label, [header][description]"))
    texts.push(spoken(element));
  const said = texts.join("\n"),
    text = said.slice(0, 60000);

  const shownAlerts = alerts
    .flatMap((css) => visibleIn(css))
    .filter((element, index, all) => all.indexOf(element) === index);
  const outermost = shownAlerts.filter((element) => !shownAlerts.some((other) => holds(other, element)));
  const severity = (element) => {
    const told =
      `${element.className || ""} ${element.getAttribute("variant") || ""} ${element.id || ""}`.toLowerCase();
    if (/success/.test(told)) return "success";
    if (/\binfo|-info|informational/.test(told)) return "info";
    if (/warning/.test(told)) return "warning";
    return "error";
  };

  // Addresses stand in text nodes: joined text would glue them to their neighbours.
  const mail = /[^\s@<>"'(),;:]{1,64}@[^\s@<>"'(),;:]{1,255}\.[^\s@<>"'(),;:]{0,63}[^\s@<>"'(),;:.]/g; // bounded
  const named = identity.join(", ");
  const addresses = [];
  for (const root of searched) {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT, (/** @type {any} */ node) =>
      node.data.includes("@") ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_SKIP,
    );
    while (walker.nextNode() && addresses.length < 200) {
      const element = walker.currentNode.parentElement;
      if (!element || element.matches("script, style, noscript, template") || !isRendered(element)) continue;
      const written = walker.currentNode.textContent;
      /** @type {any} */
      let box = element.closest("p, li, td, dd, dt, label, h1, h2, h3, h4, div, section, header, nav") || element;
      // Alone in its box, as in a table: what it is stands in the row.
      while (
        box.parentElement &&
        box.parentElement !== document.body &&
        !/[^\s:]/.test(squeeze(box.innerText).replaceAll(squeeze(written), ""))
      )
        box = box.parentElement;
      const block = squeeze(box.innerText);
      for (const [address] of written.matchAll(mail)) {
        const low = address.toLowerCase(),
          at = block.indexOf(low);
        const around =
          at < 0
            ? ""
            : `${block.slice(Math.max(0, at - 80), at)} \n ${block.slice(at + low.length, at + low.length + 40)}`;
        addresses.push({ address: low, around, named: element.closest(named) !== null });
      }
    }
  }
  // What the text nodes do not show: addresses in pieces or in other writing, in a field, in a label, in a frame. What
  // only glues a known one to its neighbour is none.
  const shownValues = fields.filter((field) => field.type !== "password").map((field) => field.value);
  const labels = visibleIn("[aria-label*='@'], [title*='@'], [alt*='@']").flatMap((element) =>
    ["aria-label", "title", "alt"].map((name) => element.getAttribute(name)),
  );
  const frames = visibleIn("iframe, frame").flatMap((frame) => {
    const inner = frame.contentDocument; // null where it is another site's
    const filled = inner ? [...inner.querySelectorAll("input:not([type=password])")].map((field) => field.value) : [];
    return [inner?.body?.innerText, ...filled];
  });
  const pieces = [said, document.title, ...shownValues, ...labels, ...frames].flatMap(mailsIn);
  for (const address of new Set(pieces))
    if (!addresses.some((known) => address.includes(known.address)))
      addresses.push({ address, around: "", named: false });
  // Whose sign-in it is about: what it shows and what it would send along, seen or not, decoys that are filled in too.
  const isClaim = (element, text) =>
    /@|^\+?[\d ()./-]{7,}$/.test(text) || (element.matches("input[name=email]") && text !== "");
  const claimed = queryAll(searched, claimedWhere.join(", "))
    .map((element) => [element, (element.value ?? element.textContent ?? "").trim()])
    .filter(([element, text]) => isClaim(element, text))
    .map(([, text]) => text);
  // And whatever the form of a password would send along or notes, whatever it is called.
  const asking = queryAll(searched, "input[type=password]").filter((field) => !isDecoy(field));
  for (const form of new Set(asking.map((field) => field.form))) claimed.push(...claimsOf(form));
  const failed = [...document.querySelectorAll("a[href*='failedSignInCount=']")].map((a) =>
    Number(/failedSignInCount=(\d+)/.exec(a.getAttribute("href"))?.[1] || 0),
  );

  // A sheet that did not come leaves everything to be seen, alerts and decoys alike; whose it is, is told by its host.
  const hostOf = (href) => new URL(href, document.baseURI).hostname;
  const links = queryAll(searched, "link[href]").filter((link) => !link.disabled);
  const isSheet = (link) => /\bstylesheet\b/i.test(link.rel);
  const isMeant = (link) => matchMedia(link.media || "all").matches;
  // Fetched under another role or medium first; its own script gives it its real one when it is there.
  const isPutOff = (link) =>
    /\b(rel|media)\b/.test(link.getAttribute("onload") || "") &&
    (isSheet(link) ? !isMeant(link) : /\bpreload\b/i.test(link.rel) && link.as === "style");
  const isEmptied = (link) => {
    // something else than a style sheet was sent under its name
    const sent = performance.getEntriesByName(link.href).map((/** @type {any} */ entry) => entry.contentType || "");
    return sent.some((type) => type && !/css/.test(type));
  };
  const isLost = (element) => globalThis[Symbol.for("rest")]?.isLost(element);
  const isMissing = (link) => isSheet(link) && isMeant(link) && (isLost(link) || !link.sheet || isEmptied(link));
  const unstyled = links.filter((link) => isMissing(link) || isPutOff(link)).map((link) => hostOf(link.href));
  for (const style of queryAll(searched, "style")) {
    for (const rule of style.sheet?.cssRules || []) {
      if (!rule.href && !/^@layer/.test(rule.cssText)) break; // what is imported stands first
      if (rule.href && (isLost(style) || !rule.styleSheet)) unstyled.push(hostOf(rule.href));
    }
  }
  // What the site's sheets hide always, and is displayed: they came empty, or with something else in them.
  const bare = (styled ? queryAll(searched, styled) : []).filter(
    (element) => !element.matches("[hidden], [style*=display], input[type=hidden]"),
  );
  if (bare.length && bare.every((element) => getComputedStyle(element).display !== "none"))
    unstyled.push(...links.filter(isSheet).map((link) => hostOf(link.href)), location.hostname);

  const inline = [...document.scripts]
    .filter((s) => !s.src)
    .map((s) => s.textContent)
    .join("\n");
  const names = controls.slice(0, 400).map(nameOf).filter(Boolean);
  const skeleton =
    fields.map((f) => `${f.localName}.${f.type}.${f.name}`).join() +
    "|" +
    names.join() +
    "|" +
    outermost.map((a) => spoken(a)).join();
  const hashOf = (words) => {
    let hash = 5381;
    for (let i = 0; i < words.length; i++) hash = ((hash * 33) ^ words.charCodeAt(i)) >>> 0;
    return hash;
  };
  // Numbers aside: a clock or a counter is no word.
  const lines = (asking.length ? text.split("\n").slice(0, 500) : [])
    .map((line) => squeeze(line.slice(0, 500)).replace(/\d+/g, "0"))
    .filter((line) => /\p{L}{2}/u.test(line));

  /** @type {any} */
  const navigation = performance.getEntriesByType("navigation")[0];

  return {
    url: location.href,
    title: document.title,
    lang: document.documentElement?.lang || "", // a document has no element yet in the moment it is made
    ready: document.readyState,
    status: navigation?.responseStatus || 0,
    document: String(performance.timeOrigin),
    shape: hashOf(skeleton).toString(16),
    lines: [...new Set(lines.map(hashOf))],
    present,
    visible,
    counts,
    forms,
    scripts: scripts.map((piece) => inline.includes(piece)),
    fields: fields.length,
    text: squeeze(text),
    headings: headings.flatMap((css) => visibleIn(css)).map((element) => squeeze(spoken(element))),
    controls: names,
    alerts: outermost
      .map((element) => ({
        text: squeeze(spoken(element)),
        severity: severity(element),
        harmless: harmless !== "" && element.matches(harmless),
      }))
      .filter((alert) => alert.text),
    addresses,
    claimed: [...new Set(claimed)],
    unstyled: [...new Set(unstyled)],
    failed: failed.length ? Math.max(...failed) : 0,
    blank:
      !text.trim() &&
      fields.length === 0 &&
      controls.length === 0 &&
      visibleIn("iframe, frame, embed, object").length === 0,
  };
};
