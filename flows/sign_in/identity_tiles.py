"""The page that asks which of the remembered logins to go on with."""

from __future__ import annotations

from playwright.async_api import ElementHandle

from flows.catalogue.elements import FoundElement
from flows.catalogue.recognise import Recognition
from flows.errors import UnknownScreenError
from flows.visit.navigate import Navigator

# Its text as laid out, and piece by piece: joined, an address may be glued to the name beside it.
_TEXTS = """tile => {
  const walker = document.createTreeWalker(tile, NodeFilter.SHOW_TEXT), texts = [tile.innerText];
  while (walker.nextNode()) texts.push(walker.currentNode.data);
  return texts;
}"""


async def own_tile(walk: Navigator, seen: Recognition, *, address: str) -> tuple[FoundElement, ElementHandle | None]:
    """Find the one tile that names the address.

    Without any, the way to add it, with no tile.

    Raises:
        UnknownScreenError: several tiles name it, or none does and there is no other way.
    """
    tiles = await walk.find(seen, "tiles")
    ours = [tile for tile in tiles.handles if address in await _words(tile)]
    if len(ours) == 1:
        return tiles, ours[0]
    add = await walk.find(seen, "add")
    if ours or not add:
        raise UnknownScreenError(
            f"expected one tile of the account's user or a way to add it, found {len(ours)}: look at the kept page",
            screen=seen.screen,
            url=seen.path,
        )
    return add, None


async def _words(tile: ElementHandle) -> set[str]:
    texts: list[str] = await tile.evaluate(_TEXTS)
    return {word.strip("()<>,;") for text in texts for word in text.lower().split()}
