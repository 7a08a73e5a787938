"""Looking into pictures of a screencast: how much of one colour is in them."""

from __future__ import annotations

from base64 import b64encode

from playwright.async_api import Browser

_COUNT = """async ([data, [red, green, blue]]) => {
  const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
  const picture = await createImageBitmap(new Blob([bytes], { type: "image/jpeg" }));
  const canvas = new OffscreenCanvas(picture.width, picture.height), drawn = canvas.getContext("2d");
  drawn.drawImage(picture, 0, 0);
  const { data: pixels } = drawn.getImageData(0, 0, picture.width, picture.height);
  let found = 0;
  for (let i = 0; i < pixels.length; i += 4)
    if (Math.abs(pixels[i] - red) + Math.abs(pixels[i + 1] - green) + Math.abs(pixels[i + 2] - blue) < 60) found++;
  return found;
}"""
Colour = tuple[int, int, int]


async def pixels_of(browser: Browser, jpegs: list[bytes], colour: Colour) -> list[int]:
    """How many pixels of each picture are of (nearly) this colour."""
    context = await browser.new_context()
    try:
        page = await context.new_page()
        return [await page.evaluate(_COUNT, [b64encode(jpeg).decode(), list(colour)]) for jpeg in jpegs]
    finally:
        await context.close()
