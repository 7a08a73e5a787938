// The live view of a page that is taken over: pictures on a canvas, input back, text mode. Knows no address and no
// clipboard.
// @ts-check

const root = /** @type {HTMLElement} */ (document.getElementById("takeover"));
/** @param {string} id @returns {any} */
const part = (id) => document.getElementById(id);
const canvas = /** @type {HTMLCanvasElement} */ (part("view"));
const keysIn = /** @type {HTMLTextAreaElement} */ (part("keys-in"));
const drawn = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
const COME_BACK = 20_000; // milliseconds in which the wheel is kept for this person
const MOVES = 40; // milliseconds between moves of the pointer
const HEAD = 9; // bytes before a picture

/** @type {WebSocket | null} */
let socket = null;
let drawing = Promise.resolve();
let token = -1;
let isMine = false;
let isDark = false;
let isOver = false;
let inText = false;
let lostAt = 0;
let list = 0;
let ends = 0;
let reload = 0;

/** @param {Record<string, unknown>} message */
const send = (message) => {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
};
/** @param {Record<string, unknown>} message */
const act = (message) => {
  if (isMine) send({ ...message, token });
};
const look = () => send({ type: "look", at: document.hidden ? "nothing" : inText ? "outline" : "pictures" });

// --- The line ---

async function connect() {
  const body = new URLSearchParams({ form_token: root.dataset.token ?? "" });
  let told;
  try {
    const answer = await fetch(root.dataset.ticket ?? "", { method: "POST", body });
    told = await answer.json();
    if (!answer.ok) return stop(told.problem);
  } catch {
    return again();
  }
  const line = new WebSocket(`${location.origin.replace(/^http/, "ws")}/takeover-view/${root.dataset.takeover}`);
  line.binaryType = "arraybuffer";
  line.addEventListener("open", () => {
    socket = line;
    lostAt = 0;
    line.send(JSON.stringify({ ticket: told.ticket }));
    look();
  });
  line.addEventListener("message", (event) => {
    if (typeof event.data === "string") hear(JSON.parse(event.data));
    // in order: the last that came is the last shown
    else drawing = drawing.then(() => draw(event.data)).catch(() => {});
  });
  line.addEventListener("close", () => {
    if (socket === line) socket = null;
    setMine(false, "The line is lost; coming back …");
    if (!isOver) again();
  });
}

function again() {
  lostAt ||= Date.now();
  if (Date.now() - lostAt > COME_BACK) return stop("The line was lost for too long. Load the page again.");
  setTimeout(connect, 500);
}

/** @param {string} words */
function stop(words) {
  isOver = true;
  setMine(false, words);
  socket?.close();
}

/** @param {any} told */
function hear(told) {
  if (told.type === "wheel") {
    if (told.holder !== "agent") {
      clearTimeout(reload);
      reload = 0;
    }
    token = told.token;
    const mine = told.holder === "person" && told.person === root.dataset.person;
    setMine(
      mine,
      mine ? "You have the page." : told.holder === "agent" ? "The agent has the page." : "Nobody has the page.",
    );
  } else if (told.type === "curtain") {
    isDark = told.dark;
    root.toggleAttribute("data-dark", isDark);
    if (isDark) drawn.clearRect(0, 0, canvas.width, canvas.height);
    if (isDark) say("A secret is on the page: nothing is shown until it is gone.");
    else say("");
  } else if (told.type === "page") showPage(told);
  else if (told.type === "deadline") {
    ends = Date.now() + told.seconds * 1000;
    part("extend").disabled = !told.extendable;
  } else if (told.type === "list") openList(told);
  else if (told.type === "outline") showOutline(told.entries);
  else if (told.type === "dialog") say(`The page asked: ${told.words} (answered with no)`);
  else if (told.type === "refused") say(`Not taken: ${WORDS[told.why] ?? told.why}.`);
  else if (told.type === "still")
    say("The page still asks for a person. Once more, or use an ordinary browser and release the account.");
  else if (told.type === "away" && !reload) setMine(false, "The agent is at the page; wait.");
  else if (told.type === "replaced") stop("Another window of yours has the page.");
  else if (told.type === "over") {
    setMine(false, told.state === "returned" ? "Handed back: the visit goes on." : `Over: ${told.state}.`);
    drawn.clearRect(0, 0, canvas.width, canvas.height);
    reload = setTimeout(() => location.assign(location.pathname), 5000); // unless the page is offered once more
  }
}
/** @type {Record<string, string>} */
const WORDS = {
  secret_field: "passwords are typed by the agent",
  file: "files cannot be chosen",
  gone: "the control is gone",
  covered: "something covers the control",
  shift: "only Shift with Tab is taken",
};

/** @param {boolean} mine @param {string} words */
function setMine(mine, words) {
  isMine = mine;
  part("wheel").textContent = words;
  root.toggleAttribute("data-mine", mine);
  for (const id of ["with-password", "done", "extend", "give-up"]) part(id).disabled = !mine;
}
/** @param {string} words */
const say = (words) => (part("said").textContent = words);

/** @param {any} told */
function showPage(told) {
  part("address").textContent = `${told.screen.replaceAll("_", " ")} · ${told.url}`;
  part("with-password").hidden = !told.with_password;
  part("code-form").hidden = told.answer !== "code";
  say(told.may_act ? told.words : "This page is not known: it may only be looked at.");
}

setInterval(() => {
  const left = Math.max(0, Math.round((ends - Date.now()) / 1000));
  part("left").textContent = ends ? `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")} left` : "";
}, 1000);

// --- Pictures ---

/** @param {ArrayBuffer} message */
async function draw(message) {
  const head = new DataView(message);
  const number = head.getUint32(1);
  try {
    const picture = await createImageBitmap(new Blob([message.slice(HEAD)], { type: "image/jpeg" }));
    if (picture.width > 4096 || picture.height > 4096) return;
    if (!isDark) {
      canvas.width = head.getUint16(5);
      canvas.height = head.getUint16(7);
      drawn.drawImage(picture, 0, 0, canvas.width, canvas.height);
      drawn.font = "13px sans-serif";
      drawn.fillStyle = "rgba(128,128,128,0.35)";
      drawn.fillText(root.dataset.person ?? "", 8, canvas.height - 8);
      canvas.dataset.number = String(number);
    }
    picture.close();
  } finally {
    send({ type: "seen", number });
  }
}

// --- Input ---

/** @param {PointerEvent | WheelEvent} event */
const place = (event) => {
  const box = canvas.getBoundingClientRect();
  return {
    x: Math.max(0, ((event.clientX - box.left) * canvas.width) / box.width),
    y: Math.max(0, ((event.clientY - box.top) * canvas.height) / box.height),
  };
};
let movedAt = 0;
canvas.addEventListener("pointerdown", (event) => {
  if (event.button !== 0) return;
  event.preventDefault();
  canvas.setPointerCapture(event.pointerId);
  act({ type: "mouse", act: "down", ...place(event) });
  keysIn.focus({ preventScroll: true });
});
canvas.addEventListener("pointerup", (event) => {
  if (event.button === 0) act({ type: "mouse", act: "up", ...place(event) });
});
canvas.addEventListener("pointermove", (event) => {
  if (event.timeStamp - movedAt < MOVES) return;
  movedAt = event.timeStamp;
  act({ type: "mouse", act: "move", ...place(event) });
});
canvas.addEventListener("contextmenu", (event) => event.preventDefault());
let turnedAt = 0;
canvas.addEventListener(
  "wheel",
  (event) => {
    event.preventDefault();
    if (event.timeStamp - turnedAt < MOVES) return;
    turnedAt = event.timeStamp;
    act({ type: "scroll", ...place(event), down: Math.max(-2000, Math.min(2000, event.deltaY)) });
  },
  { passive: false },
);

const KEYS = new Set(
  "Enter Tab Backspace Delete Escape ArrowLeft ArrowRight ArrowUp ArrowDown Home End PageUp PageDown".split(" "),
);
keysIn.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || !KEYS.has(event.key)) return;
  if (event.key === "Escape") {
    canvas.blur();
    keysIn.blur(); // the way out for a keyboard: Tab goes to the page
    part("done").focus();
    return;
  }
  event.preventDefault();
  act({ type: "key", key: event.key, shift: event.shiftKey && event.key === "Tab" });
});
const flush = () => {
  const text = keysIn.value;
  keysIn.value = "";
  if (text === " ") act({ type: "key", key: "Space" });
  else for (let i = 0; i < text.length; i += 200) act({ type: "text", text: text.slice(i, i + 200) });
};
keysIn.addEventListener("input", (event) => {
  if (!(/** @type {InputEvent} */ (event).isComposing)) flush();
});
keysIn.addEventListener("compositionend", flush);
for (const name of ["copy", "cut", "paste", "drop"]) keysIn.addEventListener(name, (event) => event.preventDefault());

// --- Lists and text mode ---

/** @param {any} told */
function openList(told) {
  list = told.list;
  part("list-name").textContent = told.name || "List";
  part("options").replaceChildren(
    ...told.options.map((/** @type {any} */ one) => {
      const option = new Option(one.label, String(one.index), one.selected, one.selected);
      option.disabled = one.disabled;
      return option;
    }),
  );
  part("list").showModal();
}
part("choose").addEventListener("click", () => {
  act({ type: "choose", list, option: Number(part("options").value) });
  part("list").close();
});
part("close-list").addEventListener("click", () => part("list").close());

part("mode").addEventListener("click", () => {
  inText = !inText;
  part("mode").setAttribute("aria-pressed", String(inText));
  part("pictures").hidden = inText;
  part("outline").hidden = !inText;
  look();
});

/** @param {any[]} entries */
function showOutline(entries) {
  const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset?.node;
  part("outline").replaceChildren(...entries.map(entryOf));
  if (focused) /** @type {HTMLElement | null} */ (part("outline").querySelector(`[data-node="${focused}"]`))?.focus();
}
/** @param {any} entry */
function entryOf(entry) {
  if (entry.kind === "field") return fieldOf(entry);
  if (["press", "tick", "list"].includes(entry.kind)) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = entry.name || "(no name)";
    button.disabled = entry.disabled;
    if (entry.kind === "tick") button.setAttribute("aria-pressed", String(entry.checked));
    button.dataset.node = String(entry.node);
    button.addEventListener("click", () => act({ type: "use", node: entry.node }));
    return button;
  }
  const words = document.createElement(entry.kind === "heading" ? "h3" : "p");
  words.textContent = entry.kind === "picture" ? `Picture: ${entry.name}` : entry.name;
  return words;
}
/** @param {any} entry */
function fieldOf(entry) {
  const form = document.createElement("form"),
    label = document.createElement("label");
  const field = document.createElement("input"),
    button = document.createElement("button");
  form.className = "act";
  label.append(entry.name || "Field without a name", " ", field);
  field.autocomplete = "off";
  field.maxLength = 200;
  field.dataset.node = String(entry.node);
  button.textContent = "Fill in";
  form.append(label, button);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    act({ type: "fill", node: entry.node, text: field.value });
  });
  return form;
}

// --- Handing back ---

part("with-password").addEventListener("click", () => act({ type: "submit_with_password" }));
part("done").addEventListener("click", () => act({ type: "done" }));
part("extend").addEventListener("click", () => act({ type: "extend" }));
part("give-up").addEventListener("click", () => act({ type: "give_up" }));
part("code-form").addEventListener("submit", (/** @type {Event} */ event) => {
  event.preventDefault();
  act({ type: "code", code: part("code").value.replace(/[\s-]/g, "") });
  part("code").value = "";
});
document.addEventListener("visibilitychange", look);
setMine(false, "Connecting …");
void connect();
