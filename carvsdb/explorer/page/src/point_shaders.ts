// How points are drawn: a marker by its number, with a pale rim where it is large enough.

export const VERTEX = `
precision highp float;
in vec2 place;
in vec4 colour;
in vec3 look;
uniform vec2 middle;
uniform vec2 perUnit;
uniform float pixels;
out vec3 tint;
flat out float marker;
flat out float solid;
flat out float width;
void main() {
  gl_Position = vec4((place - middle) * perUnit, 0.0, 1.0);
  width = pixels * look.y;
  gl_PointSize = width;
  tint = colour.rgb;
  marker = look.x;
  solid = look.z;
}`;

export const FRAGMENT = `
precision highp float;
in vec3 tint;
flat in float marker;
flat in float solid;
flat in float width;
out vec4 result;
float bars(vec2 p) {
  vec2 q = abs(p);
  return min(max(q.x - 0.92, q.y - 0.34), max(q.y - 0.92, q.x - 0.34));
}
float triangle(vec2 p) {
  return max(abs(p.x) * 0.87 + p.y * 0.5, -p.y) - 0.5;
}
float edge(vec2 p) {
  if (marker < 0.5) return length(p) - 0.8;
  if (marker < 1.5) return (abs(p.x) + abs(p.y) - 0.98) * 0.71;
  if (marker < 2.5) return triangle(vec2(p.x, -p.y + 0.05));
  if (marker < 3.5) return max(abs(p.x), abs(p.y)) - 0.7;
  if (marker < 4.5) return bars(p);
  if (marker < 5.5) return triangle(vec2(p.x, p.y + 0.05));
  if (marker < 6.5) return bars(vec2(p.x + p.y, p.x - p.y) * 0.71);
  return length(p) - 0.6;
}
void main() {
  float pixel = 2.0 / width;
  float inner = edge((gl_PointCoord - 0.5) * 2.0);
  float cover = clamp(0.5 - inner / pixel, 0.0, 1.0);
  if (cover <= 0.0) discard;
  // A pale rim keeps points apart where they crowd.
  float rim = width > 9.0 ? clamp(1.0 + inner / pixel, 0.0, 1.0) * 0.55 : 0.0;
  vec3 colour = mix(tint, vec3(1.0), rim);
  float alpha = cover * solid;
  result = vec4(colour * alpha, alpha);
}`;
