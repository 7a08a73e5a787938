// Where an element lives, where its form would send it, and whose sign-in the form says it is for.
// Attributes are read, since a field may be named `action`.
(element) => {
  const form = element.form,
    isClaim = (e) => e.localName === "input" && e !== element && /mail|claim|user|login/i.test(`${e.name} ${e.id}`);
  return {
    href: element.ownerDocument.location.href,
    target: form ? new URL(form.getAttribute("action") || "", element.ownerDocument.baseURI).href : "",
    connected: element.isConnected,
    claims: [
      ...claimsOf(form),
      ...(form ? Array.from(HTMLFormElement.prototype.__lookupGetter__("elements").call(form)) : [])
        .filter(isClaim)
        .map((e) => e.value.trim())
        .filter((text) => text.includes("@")),
    ],
  };
};
