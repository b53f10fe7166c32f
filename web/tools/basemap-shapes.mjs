// Plane geometry for the base map build: boxes, clipping to a box, and the point of a shape farthest from its border.

export function bboxOfRing(ring) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of ring) {
    if (x < box[0]) box[0] = x;
    if (y < box[1]) box[1] = y;
    if (x > box[2]) box[2] = x;
    if (y > box[3]) box[3] = y;
  }
  return box;
}

// Sutherland and Hodgman: one side of the box after the other. Answers a closed ring, or [] when nothing is inside.
export function clipRing(ring, [west, south, east, north]) {
  const sides = [
    { inside: ([x]) => x >= west, axis: 0, value: west },
    { inside: ([x]) => x <= east, axis: 0, value: east },
    { inside: ([, y]) => y >= south, axis: 1, value: south },
    { inside: ([, y]) => y <= north, axis: 1, value: north },
  ];
  let points = ring.slice(0, -1);
  for (const { inside, axis, value } of sides) {
    const kept = [];
    points.forEach((point, i) => {
      const before = points[(i + points.length - 1) % points.length];
      if (inside(point) !== inside(before)) {
        const share = (value - before[axis]) / (point[axis] - before[axis]);
        kept.push([before[0] + share * (point[0] - before[0]), before[1] + share * (point[1] - before[1])]);
      }
      if (inside(point)) kept.push(point);
    });
    points = kept;
    if (points.length === 0) return [];
  }
  return [...points, points[0]];
}

// Distance to the border in degrees of latitude, positive inside. East and west are shortened by `squeeze`.
function depth(x, y, polygon, squeeze) {
  let inside = false;
  let nearest = Infinity;
  for (const ring of polygon) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
      const [ax, ay] = ring[i];
      const [bx, by] = ring[j];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
      const dx = (bx - ax) * squeeze;
      const dy = by - ay;
      const px = (x - ax) * squeeze;
      const py = y - ay;
      const along = dx || dy ? Math.max(0, Math.min(1, (px * dx + py * dy) / (dx * dx + dy * dy))) : 0;
      nearest = Math.min(nearest, Math.hypot(px - along * dx, py - along * dy));
    }
  }
  return inside ? nearest : -nearest;
}

// The inner point of a multi-polygon farthest from its border: [lng, lat, distance to the border in degrees].
// Cells are split where they could still beat the best, coarse to fine.
export function innerPoint(polygons) {
  let best = [0, 0, -Infinity];
  for (const polygon of polygons) {
    const [west, south, east, north] = bboxOfRing(polygon[0]);
    const squeeze = Math.cos(((south + north) / 2) * (Math.PI / 180));
    if (Math.min((east - west) * squeeze, north - south) / 2 <= best[2]) continue;
    const size = Math.max(Math.min((east - west) * squeeze, north - south), 1e-6) / 2;
    const fine = Math.max(0.002, size * 0.04);
    const cells = [];
    const look = (x, y, half) => {
      const here = depth(x, y, polygon, squeeze);
      if (here > best[2]) best = [x, y, here];
      cells.push([x, y, half, here + half * Math.SQRT2]);
    };
    for (let y = south + size / 2; y < north + size / 2; y += size) {
      for (let x = west + size / 2 / squeeze; x < east + size / 2 / squeeze; x += size / squeeze) look(x, y, size / 2);
    }
    while (cells.length > 0) {
      cells.sort((a, b) => a[3] - b[3]);
      const [x, y, half, most] = cells.pop();
      if (most <= best[2] + fine) break;
      for (const sx of [-1, 1]) for (const sy of [-1, 1]) look(x + (sx * half) / 2 / squeeze, y + (sy * half) / 2, half / 2);
    }
  }
  return best;
}
