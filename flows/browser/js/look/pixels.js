// How bright each pixel of a picture (a file in Base64) is, row by row, in Base64.
async (file) => {
  const bytes = Uint8Array.from(atob(file), (char) => char.charCodeAt(0));
  const picture = await createImageBitmap(new Blob([bytes]));
  const { width, height } = picture;
  const context = new OffscreenCanvas(width, height).getContext("2d");
  context.drawImage(picture, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  let pixels = "";
  for (let at = 0; at < data.length; at += 4) {
    pixels += String.fromCharCode((data[at] + data[at + 1] + data[at + 2]) / 3);
  }
  return { width, height, pixels: btoa(pixels) };
};
