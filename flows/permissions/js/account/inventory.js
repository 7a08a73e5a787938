// Everything a person can see, or could bring to sight, that nothing of the reading explains. It knows nothing of
// permissions.
// What does not clip cannot be sized (CSS UI 4), and a head that is sized shows no other rows.
const can_be_sized = (el) => {
  const style = getComputedStyle(el),
    clips = style.overflowX !== "visible" || style.overflowY !== "visible";
  return style.resize !== "none" && clips && el.tagName !== "TEXTAREA" && !near(el, "column_head");
};
const leftovers = () => {
  const left = [],
    seen_control = new Set();
  const ON_TOUCH = "a picture that is drawn on touch";
  const put = (kind, el, words, more = {}) =>
    left.push({ kind, words: clean(words), where: where_is(el), ...more, ...(explain && { of: el }) });
  const LETTERS = /[\p{L}\p{N}]/u,
    SIGNS =
      /[^\s\p{P}\p{L}\p{N}<>|+=^~\u00b7\u2022\u25a0-\u25ff\u2190-\u21ff\u2b00-\u2bff\u2500-\u257f\u200b-\u200f\ue000-\uf8ff]/u;
  const claimed = once((n) => !!n && (claims.has(n) || (n.nodeType === 1 && n !== document.body && claims_control(n))));
  const claims_control = (n) => {
    for (; n && n.nodeType === 1; n = up(n)) if (claims.has(n) && claims.get(n) !== "text") return true;
    return false;
  };
  const holds = once((el) => {
    for (const k of kids(el)) if (claims.has(k) || (k.nodeType === 1 && holds(k))) return true;
    return false;
  });
  const size = (el) => {
    const r = el.getBoundingClientRect();
    return [r.width, r.height];
  };
  const name_of = (el) =>
    clean(words_in(el)) ||
    clean(
      (is(el, "button") && el.value) ||
        el.getAttribute("aria-label") ||
        el.getAttribute("label") ||
        el.getAttribute("title") ||
        el.getAttribute("alt") ||
        el.getAttribute("placeholder") ||
        [...(el.labels || [])].map(words_of).join(" "),
    );
  const spoken = (el) => {
    const walk = (n) =>
      n.nodeType === 3 ? LETTERS.test(n.data) : n.nodeType === 1 && shown(n) && [...kids(n)].some(walk);
    return walk(el);
  };
  const opaque = (color) => {
    const m = /^rgba?\(([^)]+)\)/.exec(color),
      parts = m ? m[1].split(/[ ,/]+/) : [];
    return !!m && (parts.length < 4 || +parts[3] > 0.02);
  };
  const is_glyph = (el) => ICON_FONT.test(getComputedStyle(el).fontFamily);
  // A picture that a style sheet draws as the ground, the edge or the mask of a part of its own.
  const stamp = (el, style) => {
    const drawn = PICTURE.test(`${style.backgroundImage} ${style.borderImageSource} ${style.maskImage}`),
      sum = (...names) => names.reduce((all, name) => all + (parseFloat(style[name]) || 0), 0),
      w = sum("width", "paddingLeft", "paddingRight", "borderLeftWidth", "borderRightWidth"),
      h = sum("height", "paddingTop", "paddingBottom", "borderTopWidth", "borderBottomWidth") || 16;
    if (drawn && Math.max(w, h) > 64 && Math.min(w, h) > 8) put("picture", el, "a picture that a style sheet draws");
  };
  // What a style sheet writes: words anywhere, and in rows also signs, counters and pictures.
  const DRAWS = /counter\(|counters\(|url\(|gradient\(/,
    PICTURES = /url\(|image-set\(|gradient\(/; // of any size: none is loaded
  const COUNTED =
    /^(none|disc|circle|square|decimal(-leading-zero)?|(lower|upper)-\w+|disclosure-\w+|cjk-[\w-]+|hiragana[\w-]*|katakana[\w-]*|[\w-]+-(indic|informal|formal|halehame)|arabic-indic|armenian|georgian|hebrew|thai|devanagari|bengali|persian|urdu)$/;
  const pseudo = (el) => {
    const list = getComputedStyle(el);
    const more = list.display === "list-item" ? ["::marker"] : el.tagName === "SELECT" ? ["::picker-icon"] : [];
    for (const style of [...parts_written(el), ...more.map((part) => getComputedStyle(el, part))]) {
      if (style.content === "none" || style.content === "normal" || style.display === "none") continue;
      if (/(open|close)-quote/.test(style.content) && LETTERS.test(style.quotes)) put("pseudo", el, style.quotes);
      stamp(el, style);
      const said = /^["']([\s\S]*)["']/.exec(style.content),
        written = [...style.content.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((m) => m[1]).join(" "),
        icons = /icon|symbol|awesome|glyph|material/i.test(style.fontFamily);
      if (said && !icons && LETTERS.test(said[1].replace(/[\ue000-\uf8ff]/g, ""))) put("pseudo", el, said[1]);
      else if (/^attr\(/.test(style.content)) put("pseudo", el, style.content);
      else if (!icons && /counters?\(/.test(style.content) && LETTERS.test(written)) put("pseudo", el, style.content);
      else if (in_row(el) && ((said && !icons && SIGNS.test(said[1])) || DRAWS.test(style.content)))
        put("pseudo", el, `${said ? said[1] : ""} ${style.content}`.trim());
      else if (PICTURES.test(style.content)) put("picture", el, "a picture that a style sheet writes");
    }
    const sign = /^["']([\s\S]*)["']/.exec(list.listStyleType);
    if (list.display === "list-item" && sign && LETTERS.test(sign[1])) put("pseudo", el, sign[1]);
    if (list.display === "list-item" && !sign && !COUNTED.test(list.listStyleType))
      put("pseudo", el, list.listStyleType);
    if (list.display === "list-item" && list.listStyleImage !== "none") put("pseudo", el, list.listStyleImage);
    if (list.content !== "normal" && list.content !== "none" && !is(el, "picture")) put("pseudo", el, list.content);
  };
  const picture = (el) => {
    const [w, h] = size(el),
      style = getComputedStyle(el);
    const drawn = is(el, "picture") || PICTURE.test(`${style.backgroundImage} ${style.borderImageSource}`);
    if (drawn && ((Math.max(w, h) > 64 && Math.min(w, h) > 8) || (in_row(el) && says_in_little(el, w, h))))
      put("picture", el, el.getAttribute("alt") || el.getAttribute("aria-label") || el.localName, {
        size: [Math.round(w), Math.round(h)],
      });
  };
  const blank = (el) => {
    // a box that is painted, or a row, and has nothing in it: what stands there has not come yet
    const [w, h] = size(el);
    if (el.ownerDocument === document && covers(el))
      return put("blank", el, "a box that is painted over words of a row");
    if (is(el, "row")) {
      if (h > 6 && cells(el).length > 1 && !spoken(el) && !holds(el) && !all(el, "interactive").length)
        put("blank", el, "a row without any text");
      return;
    }
    if (
      el.children.length ||
      el.shadowRoot ||
      clean(el.textContent) ||
      w < 64 ||
      h < 6 ||
      h > 400 ||
      is(el, "picture") ||
      is(el, "interactive")
    )
      return;
    const style = getComputedStyle(el),
      painted =
        opaque(style.backgroundColor) || /gradient/.test(style.backgroundImage) || style.animationName !== "none";
    if (painted && !near(el, "interactive") && !underlies(el)) put("blank", el, "a box that is painted and empty");
  };
  // A box that is painted behind what was read, as the mark of what is chosen is.
  const underlies = (el) => {
    const mine = boxOf(el),
      x = (mine[0] + mine[2]) / 2,
      y = (mine[1] + mine[3]) / 2;
    return [...kids(up(el))].some((k) => {
      if (k === el || k.nodeType !== 1 || !(holds_own(k) || claims_control(k))) return false;
      const its = boxOf(k);
      return its[0] <= x && x <= its[2] && its[1] <= y && y <= its[3];
    });
  };
  // A window onto more than is shown: what lies wholly beside it and is empty may be drawn when it is slid there, and a
  // box that moves its contents by itself when the wheel turns may have more than it shows.
  const windows = (el) => {
    const style = getComputedStyle(el),
      [w] = size(el);
    if (w < 64 || is(el, "progress") || el === document.body || el === document.documentElement) return;
    const clips = /hidden|clip/.test(style.overflowX),
      turns = clock_at(el).wheels.has(el) || !!el.onwheel;
    if (
      clips &&
      [...kids(el)].some((k) => [k, ...kids(k)].some((part) => part.nodeType === 1 && lies_beside(part, el)))
    )
      put("blank", el, "an empty part beside what is shown");
    const has_room = () => [el, ...el.querySelectorAll("*")].some((part) => size(part)[1] >= 6);
    if (turns && !holds(el) && !claims_control(el) && has_room())
      put("blank", el, "a box that the wheel moves, without any row");
  };
  const lies_beside = (el, box) => {
    const mine = el.getBoundingClientRect(),
      its = box.getBoundingClientRect();
    return mine.width >= 64 && (mine.left >= its.right - 1 || mine.right <= its.left + 1) && !spoken(el) && shown(el);
  };
  const control = (el) => {
    if (claims_control(el) || holds_own(el)) return;
    const said = name_of(el);
    const role =
      ["field", "choice", "tab", "link", "button", "check"].find((k) => is(el, k === "check" ? "checkbox" : k)) ||
      "other";
    if ((role === "link" || role === "button" || role === "tab" || role === "other") && spoken(el) && !is(el, "picks"))
      return; // its words are accounted for
    const value = role === "field" && !["button", "submit", "reset", "image"].includes(el.type) ? clean(el.value) : "";
    const list = role === "choice" ? choice(el) : null;
    put("control", el, said, {
      role,
      value,
      off: !!near(el, "disabled"),
      way: role === "link" ? way_of(el) : "press",
      heard: (hears(el) || is(el, "mapped")) && !near(el, "known_press"),
      above: has_rows_behind(el),
      head: !!near(el, "column_head") && (!!said || !unfollowed_of(el)),
      row: in_row(el),
      still: !!idle_pager(el),
      filter: is(el, "filter"),
      chrome: in_chrome(el),
      shows: list ? [list.shows, ...list.chosen].filter(Boolean).join(", ") : "",
      list: list ? list.list : role === "field" ? suggested(el) : [],
      texts: role === "field" ? told_of(el) : [],
      fold: state_of(el),
    });
  };
  const unfollowed_of = (el) => unfollowed(el).length + unfollowed_notes(el).length;
  const owns = once((el) => {
    for (const k of kids(el))
      if ((claims.has(k) && !/^(text|furniture)$/.test(claims.get(k))) || (k.nodeType === 1 && owns(k))) return true;
    return false;
  });
  const holds_own = (el) => owns(el) && !is(el, "field");
  const row_homes = new Set(cut.map((r) => r.home).filter((el) => el !== document.body));
  const in_row = (el) => {
    for (let n = el; n && n.nodeType === 1; n = up(n)) if (row_homes.has(n)) return true;
    return false;
  };
  const points = once((el) => getComputedStyle(el).cursor === "pointer");
  // An element as good as without any size that only takes the keyboard: it leads the keyboard around.
  const guards = (el) => el.hasAttribute("tabindex") && !el.childNodes.length && Math.min(...size(el)) <= 1;
  const presses = (el) =>
    !is(el, "library_handle") &&
    ((is(el, "interactive") && !guards(el)) ||
      (hears(el) && !is(el, "library_row") && !spoken(el) && Math.min(...size(el)) >= 4) ||
      (points(el) &&
        !(up(el) && up(el).nodeType === 1 && points(up(el))) &&
        !spoken(el) &&
        el.tagName !== "LABEL" &&
        !el.closest("label") &&
        Math.min(...size(el)) >= 4));
  // What the catalogue calls chrome holds no level and no control of a row; where it does, it is none.
  const is_chrome = once((el) => {
    if (!is(el, "chrome")) return false;
    if (is(el, "tour")) return is_tour(el);
    const said = texts_of(el);
    if (/cookie|クッキー|consent/i.test(said.join(" "))) return true;
    const shows_levels =
      all(el, "hidden_field").length > 0 ||
      said.some((one) => LEVEL.has(fold(one)) && !/^(view|edit|admin)$/i.test(one));
    // what is only called so, and speaks of something else, is looked into
    return !shows_levels && (!is(el, "consent") || !said.length);
  });
  // Laid out, and not drawn until it is searched for or scrolled to: no menu and no tip is kept so.
  const is_skipped = (el) => {
    const style = getComputedStyle(el);
    return style.display !== "none" && style.visibility === "visible" && !near(el, "closed_details");
  };
  const hiding = (el) => {
    // text that is there and not shown
    if (is(el, "unspoken") || is_chrome(el)) return;
    const said = clean(words_kept_back(el));
    if (LETTERS.test(said))
      put("folded", el, said, {
        texts: [...new Set([...texts_of(el), ...with_all_in(el).flatMap(texts_added)])],
        tip: is(el, "tip") || !!near(el, "tip"),
        row: in_row(el) || is_skipped(el),
        controls: all(el, "interactive").length,
        stateful: all(el, "holds_state").length,
      });
  };
  const texts_of = (n) =>
    n.nodeType === 3
      ? LETTERS.test(n.data)
        ? [clean(n.data)]
        : []
      : n.nodeType === 1 && !is(n, "unspoken")
        ? [...kids_within(n)].flatMap(texts_of)
        : [];
  // A part may be called as its title.
  const is_shown_as_words = once((name) => items.some((item) => fold(item.s || "").startsWith(fold(name))));
  const look = (n, hushed) => {
    if (n.nodeType === 3) {
      const el = n.parentElement || n.parentNode.host;
      if (claims.has(n) || claims_control(el) || !clean(n.data)) return;
      if (LETTERS.test(n.data) ? !is_glyph(el) : SIGNS.test(n.data) && in_row(el))
        put("text", el, n.data, {
          hushed,
          way: leads(el),
          heard: is_heard(el),
          row: in_row(el),
          still: !!idle_pager(el),
          chrome: in_chrome(el),
        });
      return;
    }
    if (n.nodeType === 1 && is_chrome(n)) explain?.chrome.push(n);
    if (n.nodeType !== 1 || is(n, "unspoken") || is_chrome(n)) return;
    const style_shown = shown(n) || getComputedStyle(n).display === "contents";
    if (is(n, "frame") && (!style_shown || Math.min(n.clientWidth, n.clientHeight) <= 2) && inner_of(n))
      return hiding(n);
    if (is_unsized(n)) put("picture", n, n.getAttribute("alt") || "a picture of unknown size");
    if (!style_shown) {
      if (!near(n, "interactive") && holds_picture(n) && is_shown_on_touch(n)) put("picture", n, ON_TOUCH);
      if (getComputedStyle(n).display !== "none" && n.checkVisibility({ contentVisibilityAuto: false }))
        return [...kids(n)].forEach((k) => (k.nodeType === 1 ? look(k, hushed) : hidden_text(k, n)));
      return hiding(n);
    }
    if (n !== document.body && out_of_reach(n) && has_row(n)) {
      // left of the page: for no person, and gone as what is hidden is, unless the same is shown; or a part that is
      // moved about in its window
      let where = "left of the page";
      for (let b = up(n); b && b !== document.body && b.nodeType === 1; b = up(b))
        if (getComputedStyle(b).overflowX !== "visible" && !out_of_reach(b)) where = "left of what is shown";
      return put("folded", n, words_in(n), {
        texts: [...(where === "left of the page" ? [] : [where]), ...new Set(texts_of(n))],
        row: true,
        controls: 1,
      });
    }
    if (is(n, "slides_not_drawn"))
      put("folded", n, "slides that are not drawn", { texts: ["slides that are not drawn"], row: true, controls: 1 });
    const part = /^\s*(\d+)\s*(?:\/|of)\s*(\d+)\s*$/.exec(n.getAttribute("aria-label") || "");
    if (part && n.getAttribute("role") !== "img")
      parts_seen.set(part[2], (parts_seen.get(part[2]) || new Set()).add(part[1]));
    if (is(n, "frame")) return framed(n, hushed);
    // What no slot shows, and whom a name for those who cannot see is about.
    if (n.shadowRoot && !claims_control(n))
      for (const k of n.childNodes) if (!k.assignedSlot) k.nodeType === 1 ? hiding(k) : hidden_text(k, n);
    if (n.tagName === "SLOT" && n.assignedNodes().length && !claims_control(n)) for (const k of n.children) hiding(k);
    for (const said of [n.getAttribute("aria-label"), n.getAttribute("title")])
      if (said && /@/.test(said) && !/@/.test(words_of(n))) put("text", n, said, { chrome: in_chrome(n) });
    if (!in_row(n) && !near(n, "column_head"))
      for (const tip of [...hints_of(n), ...names_unseen(n).filter((name) => !is_shown_as_words(name))])
        if (tip && !is_said_by(n, tip) && !LEVEL.has(fold(tip)) && ABOUT_ROWS.some((rule) => rule.test(tip)))
          put("text", n, tip);
    if (!tipped.has(n) && !near(n, "column_head"))
      for (const tip of said_of(n))
        if (!is_said_by(n, tip) && (LEVEL.has(fold(tip)) ? LETTERS.test(words_of(n)) : may_tell_level(tip)))
          put("text", n, tip, { tip: true, value: clean(words_of(n)) });
    if (n.getAttribute("aria-current") === "step")
      put("control", n, `one of several steps: ${words_of(n)}`, { role: "other", way: "press", heard: true });
    if (can_be_sized(n)) put("control", n, "a box that can be sized", { role: "other", way: "press", heard: true });
    if (clock_at(n).sealed.has(n)) put("sealed", n, n.localName);
    if (!near(n, "interactive") && (is_pictured_on_touch(n) || (in_row(n) && has_cursor(n))))
      put("picture", n, ON_TOUCH);
    pseudo(n);
    windows(n);
    if (!claims_control(n)) {
      picture(n);
      blank(n);
    }
    if (presses(n) && !seen_control.has(n)) {
      seen_control.add(n);
      control(n);
    }
    if (n.tagName === "svg") pressed_in(n);
    if (n.tagName === "svg" || n.tagName === "SELECT" || n.tagName === "TEXTAREA" || n.tagName === "CANVAS") return;
    if (is(n, "closed_details")) {
      [...kids(n)].forEach((k) =>
        k.nodeType === 1 && k.tagName === "SUMMARY" ? look(k, hushed) : k.nodeType === 1 ? hiding(k) : null,
      );
      return;
    }
    [...kids(n)].forEach((k) => look(k, hushed || n.getAttribute("aria-hidden") === "true"));
  };
  // What can be pressed within a drawing, however small the drawing is.
  const pressed_in = (svg) => {
    for (const el of svg.querySelectorAll("*"))
      if ((is(el, "interactive") || hears(el)) && !seen_control.has(el) && !near(up(el), "pressable")) {
        seen_control.add(el);
        control(el);
      }
  };
  const shows_rows = (box) => all(box, "holds_state").length > 0 || texts_of(box).some((said) => LEVEL.has(fold(said)));
  const framed = (el, hushed) => {
    const [w, h] = size(el),
      inner = inner_of(el);
    if (inner && is_loaded(el, inner)) {
      const before = left.length;
      look(inner.body, hushed);
      if (left.length > before && shows_rows(inner.body))
        put("frame", el, `${name_of_frame(el)}: rows in a frame are not read`);
      for (const run of heard_in(inner).slice(0, 1)) put("heard", el, `${name_of_frame(el)}: ${said_by(run)}`);
      return;
    }
    // an object that was not let load has no size
    if ((w > 2 && h > 2) || !/frame$/.test(el.localName)) put("frame", el, name_of_frame(el));
  };
  const hidden_text = (k, n) => {
    if (k.nodeType === 3 && LETTERS.test(k.data) && !claims.has(k))
      put("folded", n, k.data, {
        texts: [clean(k.data)],
        tip: !!near(n, "tip"),
        row: in_row(n) || LEVEL.has(fold(k.data.split(/[:：–—]/).pop())),
        controls: 0,
      });
  };
  // Who hears for all of the page is known again by what he does, and may be called harmless by a person.
  const listens_on = (box, source) => ({
    role: "page",
    where: `listener on ${box === window ? "window" : box === document ? "document" : box.localName}`,
    value: source.slice(0, 20001),
  });
  const parts_seen = new Map(); // "1 / 3": a slide of a carousel; of those that are not drawn nothing else tells
  look(document.body, false);
  for (const { name, el, by_name } of strange_fonts())
    put(by_name ? "text" : "picture", el, `letters of the font ${name}`);
  for (const meta of document.querySelectorAll("meta[http-equiv=refresh i]")) {
    const [, path] = /url\s*=\s*['"]?([^'"]*)/i.exec(meta.getAttribute("content") || "") || [];
    if (path && is_of_permissions(new URL(path, document.baseURI)))
      put("blank", document.body, "the page turns to another by itself");
  }
  for (const { el, types, said, box, source } of heard_for_others(row_homes, in_row))
    put("heard", el, `${[...types].sort().join(", ")}: ${said}`, box ? listens_on(box, source) : {});
  for (const [of, seen] of parts_seen)
    if (seen.size < +of)
      put("folded", document.body, `${seen.size} of ${of} parts are drawn`, {
        texts: [`${seen.size} of ${of} parts are drawn`],
        row: true,
        controls: 1,
      });
  return left;
};
