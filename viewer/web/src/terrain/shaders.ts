/** GLSL of the ground. Heights come from a raster; colours from codes through a map. */
import { STEEPEST } from "../raster";

const GROUND_HEIGHT = /* glsl */ `
uniform highp sampler2D uHeights;
uniform highp sampler2D uHeightsBefore;
uniform vec2 uSize;      // columns, rows of the raster
uniform float uTexel;    // m
uniform float uUp;       // vertical exaggeration
uniform float uMorph;    // 0 as before, 1 as now

float texelHeight(ivec2 at) {
  float h = texelFetch(uHeights, at, 0).r;
  return uMorph < 1.0 ? mix(texelFetch(uHeightsBefore, at, 0).r, h, uMorph) : h;
}
`;

export const TERRAIN_VERTEX = /* glsl */ `
${GROUND_HEIGHT}
uniform float uFloor;    // bottom of the block, m
in vec3 patchAt;         // column, row, stride
out vec2 vUv;
out float vSkirt;
out float vHeight;
out vec3 vEye;

void main() {
  vec2 at = min(patchAt.xy + position.xy * patchAt.z, uSize - 1.0);
  float height = texelHeight(ivec2(at));
  vUv = (at + 0.5) / uSize;
  vSkirt = position.z;
  // Skirts close the cracks between levels; only the border goes down to the floor.
  bool border = at.x < 0.5 || at.y < 0.5 || at.x > uSize.x - 1.5 || at.y > uSize.y - 1.5;
  float below = border ? uFloor : height - 1.5 * patchAt.z * uTexel;
  vHeight = mix(height, below, position.z);
  vec2 place = vec2(at.x + 0.5 - uSize.x * 0.5, uSize.y * 0.5 - at.y - 0.5) * uTexel;
  vec4 eye = modelViewMatrix * vec4(place, vHeight * uUp, 1.0);
  vEye = eye.xyz;
  gl_Position = projectionMatrix * eye;
}
`;

export const TERRAIN_FRAGMENT = /* glsl */ `
precision highp float;
uniform sampler2D uSlopes;
uniform sampler2D uLayer;
uniform sampler2D uLayerBefore;
uniform sampler2D uControl;
uniform sampler2D uControlBefore;
uniform sampler2D uMap;
uniform vec4 uScales;       // scale and base of layer, scale and base of control
uniform vec4 uScalesBefore;
uniform vec2 uRange;        // low, high of the colours
uniform int uMode;          // 0 terrain only, 1 layer, 2 layer minus control
uniform float uOpacity;
uniform float uMorph;
uniform float uUp;
uniform float uFloor;
uniform float uTop;
uniform vec3 uSun;
uniform vec3 uClay;
uniform vec3 uClayHigh;
uniform vec3 uSide;
uniform vec3 uHaze;
uniform float uFar;
in vec2 vUv;
in float vSkirt;
in float vHeight;
in vec3 vEye;
out vec4 colour;

// x value, y how much of it there is
vec2 decode(vec4 texel, vec2 scale) {
  float there = texel.b;
  float code = (texel.r * 255.0 + texel.g * 65280.0) / max(there, 1e-4);
  return vec2(code * scale.x + scale.y, there);
}

vec2 shownValue() {
  vec2 now = decode(texture(uLayer, vUv), uScales.xy);
  if (uMode == 2) {
    vec2 other = decode(texture(uControl, vUv), uScales.zw);
    now = vec2(now.x - other.x, min(now.y, other.y));
  }
  if (uMorph >= 1.0) return now;
  vec2 before = decode(texture(uLayerBefore, vUv), uScalesBefore.xy);
  if (uMode == 2) {
    vec2 other = decode(texture(uControlBefore, vUv), uScalesBefore.zw);
    before = vec2(before.x - other.x, min(before.y, other.y));
  }
  if (before.y < 0.5) return now;
  return vec2(mix(before.x, now.x, uMorph), now.y);
}

void main() {
  vec4 slopes = texture(uSlopes, vUv);
  if (slopes.a < 0.5) discard;
  vec2 e = (slopes.rg * 255.0 - 128.0) / 127.0;
  vec2 p = ${STEEPEST.toFixed(1)} * e * abs(e) * uUp;   // dz/dx, dz/d(south)
  vec3 normal = normalize(vec3(-p.x, p.y, 1.0));
  float relief = slopes.b * 2.0 - 1.0;
  float sun = max(dot(normal, uSun), 0.0);
  float sky = 0.5 + 0.5 * normal.z;
  float light = 0.30 * sky + 0.86 * sun + 0.16 * relief * min(uUp, 1.5);

  float part = clamp((vHeight - uFloor) / max(uTop - uFloor, 1.0), 0.0, 1.0);
  vec3 ground = mix(uClay, uClayHigh, part);
  if (uMode > 0) {
    vec2 value = shownValue();
    float t = (value.x - uRange.x) / (uRange.y - uRange.x);
    vec3 mapped = texture(uMap, vec2(clamp(t, 0.0, 1.0), 0.5)).rgb;
    ground = mix(ground, mapped, uOpacity * smoothstep(0.4, 0.6, value.y));
  }
  vec3 lit = ground * clamp(light + 0.06, 0.12, 1.22);
  if (vSkirt > 0.004) {
    lit = uSide * (0.72 + 0.36 * part);
  }
  float haze = smoothstep(uFar * 0.55, uFar * 2.2, length(vEye)) * 0.55;
  colour = vec4(mix(lit, uHaze, haze), 1.0);
}
`;

/** Ribbons of constant width in pixels that lie on the ground. */
export const RIBBON_VERTEX = /* glsl */ `
${GROUND_HEIGHT}
uniform vec2 uView;      // pixels
uniform float uWidth;    // pixels
in vec4 segment;         // x, y of both ends

float heightAt(vec2 place) {
  vec2 at = vec2(place.x / uTexel + uSize.x * 0.5, uSize.y * 0.5 - place.y / uTexel) - 0.5;
  at = clamp(at, vec2(0.0), uSize - 1.0);
  ivec2 a = ivec2(floor(at));
  ivec2 b = min(a + 1, ivec2(uSize) - 1);
  vec2 f = at - vec2(a);
  return mix(mix(texelHeight(a), texelHeight(ivec2(b.x, a.y)), f.x),
             mix(texelHeight(ivec2(a.x, b.y)), texelHeight(b), f.x), f.y);
}

void main() {
  vec4 a = projectionMatrix * modelViewMatrix * vec4(segment.xy, heightAt(segment.xy) * uUp, 1.0);
  vec4 b = projectionMatrix * modelViewMatrix * vec4(segment.zw, heightAt(segment.zw) * uUp, 1.0);
  vec2 along = (b.xy / b.w - a.xy / a.w) * uView;
  vec2 across = length(along) > 1e-3 ? normalize(vec2(-along.y, along.x)) : vec2(0.0);
  vec2 forward = length(along) > 1e-3 ? normalize(along) : vec2(0.0);
  gl_Position = mix(a, b, position.x);
  vec2 shift = across * position.y + forward * (position.x - 0.5) * 1.2;
  gl_Position.xy += shift * uWidth / uView * gl_Position.w;
  gl_Position.z -= 0.0009 * gl_Position.w;
}
`;

export const RIBBON_FRAGMENT = /* glsl */ `
precision highp float;
uniform vec4 uColour;
out vec4 colour;
void main() { colour = uColour; }
`;
