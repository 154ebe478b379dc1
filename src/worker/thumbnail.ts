/** Longest side of a thumbnail, pixels. */
const SIDE = 256;

/** A picture in small, as a `data:` address that the page can show and IndexedDB can keep. Runs in a worker. */
export async function thumbnailOf(picture: Blob): Promise<string> {
  const bitmap = await createImageBitmap(picture);
  const scale = Math.min(1, SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = new OffscreenCanvas(Math.max(1, bitmap.width * scale), Math.max(1, bitmap.height * scale));
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  // Safari has no WebP encoder and answers with PNG, which does as well.
  const blob = await canvas.convertToBlob({ type: 'image/webp', quality: 0.85 });
  return new FileReaderSync().readAsDataURL(blob);
}
