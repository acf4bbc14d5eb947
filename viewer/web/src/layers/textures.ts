/** Rasters as textures; a texture of the same size is filled anew, else made anew. */
import {
  ClampToEdgeWrapping,
  DataTexture,
  FloatType,
  LinearFilter,
  type MagnificationTextureFilter,
  NearestFilter,
  type PixelFormat,
  RedFormat,
  RGBAFormat,
  type TextureDataType,
  UnsignedByteType,
} from "three";
import { ENTRIES } from "../colours";
import { colourBytes } from "../palette";

type Bytes = Uint8Array | Float32Array;

function make(
  data: Bytes,
  width: number,
  height: number,
  format: PixelFormat,
  type: TextureDataType,
  filter: MagnificationTextureFilter,
): DataTexture {
  const texture = new DataTexture(data as Uint8Array<ArrayBuffer>, width, height, format, type);
  texture.wrapS = ClampToEdgeWrapping;
  texture.wrapT = ClampToEdgeWrapping;
  texture.magFilter = filter;
  texture.minFilter = filter;
  texture.generateMipmaps = false;
  texture.needsUpdate = true;
  return texture;
}

/** RGBA bytes, filtered: codes with mask, slopes. */
export function byteTexture(data: Uint8Array, width: number, height: number): DataTexture {
  return make(data, width, height, RGBAFormat, UnsignedByteType, LinearFilter);
}

/** Heights in metres, read texel by texel. */
export function heightTexture(data: Float32Array, width: number, height: number): DataTexture {
  return make(data, width, height, RedFormat, FloatType, NearestFilter);
}

export function mapTexture(name: string): DataTexture {
  return byteTexture(colourBytes(name), ENTRIES, 1);
}

/** Put data into a texture, or into a new one when the size is another. */
export function refill(
  texture: DataTexture,
  data: Bytes,
  width: number,
  height: number,
): DataTexture {
  if (texture.image.width === width && texture.image.height === height) {
    texture.image.data = data as Uint8Array<ArrayBuffer>;
    texture.needsUpdate = true;
    return texture;
  }
  texture.dispose();
  return data instanceof Float32Array
    ? heightTexture(data, width, height)
    : byteTexture(data, width, height);
}

export const nothing = (): DataTexture => byteTexture(new Uint8Array(4), 1, 1);
export const flat = (): DataTexture => heightTexture(new Float32Array(1), 1, 1);
