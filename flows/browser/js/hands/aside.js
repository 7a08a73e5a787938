// Take layers out of sight that lie over the page.
(elements) => elements.forEach((element) => element.style.setProperty("display", "none", "important"));
