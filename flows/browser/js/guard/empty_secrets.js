// Empty every field that is for a secret; how many had a value.
() => {
  const SECRET =
    "input[type=password], input[autocomplete*=one-time-code], input[autocomplete*=current-password], " +
    "input[autocomplete*=new-password]";
  const value = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value");
  let emptied = 0;
  for (const field of queryAll(roots(), SECRET)) {
    if (value.get.call(field) === "") continue;
    emptied++;
    value.set.call(field, "");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
  return emptied;
};
