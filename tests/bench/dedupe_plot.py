#!/usr/bin/env python3
"""Draws the table of dedupe_sweep.sh: dedupe_plot.py TABLE.tsv PLOT.svg

Three panels, one a parameter: recall and precision on the left axis, which begins where it has to; what they cost
(bytes an article, look-alikes merged) on the right one, from 0.  No library."""
import sys

WIDTH, HEIGHT, LEFT, TOP, GAP = 300, 220, 52, 34, 66
INK = {'recall_c50': '#1b6ca8', 'recall_j70': '#5aa9e6', 'precision': '#2e7d32', 'lookalikes_merged': '#b23a48',
       'bytes_an_article': '#8a6d1d'}
NAMES = {'recall_c50': 'recall, containment .5', 'recall_j70': 'recall, Jaccard .7', 'precision': 'precision',
         'lookalikes_merged': 'look-alikes merged (right axis, 0 to 1)',
         'bytes_an_article': 'bytes an article (right axis)'}
PANELS = (('density', 'density: one shingle in ...', 'bytes_an_article'), ('window', 'window, days', 'lookalikes_merged'),
          ('contains', 'contains', 'lookalikes_merged'))


def read(path):
    with open(path, encoding='utf-8') as f:
        head = f.readline().lstrip('# ').rstrip('\n').split('\t')
        return [dict(zip(head, line.rstrip('\n').split('\t'))) for line in f]


def text(x, y, s, anchor='middle', ink='#333'):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{ink}">{s}</text>'


def line(points, ink, dash=''):
    at = ' '.join(f'{x:.1f},{y:.1f}' for x, y in points)
    dots = ''.join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.4" fill="{ink}"/>' for x, y in points)
    return f'<polyline points="{at}" fill="none" stroke="{ink}" stroke-width="1.6"{dash}/>{dots}'


def panel(rows, x0, title, cost):
    low = min(float(r[k]) for r in rows for k in ('recall_c50', 'recall_j70', 'precision'))
    low = next(v for v in (.96, .8, .5, .2, 0) if v <= low)
    top = max(float(r[cost]) for r in rows) if cost == 'bytes_an_article' else 1
    xs = [x0 + WIDTH * (i + .5) / len(rows) for i in range(len(rows))]
    up = lambda share: TOP + HEIGHT * (1 - share)
    out = [f'<rect x="{x0}" y="{TOP}" width="{WIDTH}" height="{HEIGHT}" fill="none" stroke="#999"/>',
           text(x0 + WIDTH / 2, TOP - 12, title)]
    for i in range(5):
        y = up(i / 4)
        out += [f'<line x1="{x0}" x2="{x0 + WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>',
                text(x0 - 5, y + 4, f'{low + (1 - low) * i / 4:.3g}', 'end'),
                text(x0 + WIDTH + 5, y + 4, f'{top * i / 4:.4g}', 'start', INK[cost])]
    out += [text(x, TOP + HEIGHT + 16, r['value']) for x, r in zip(xs, rows)]
    for k in ('recall_c50', 'recall_j70', 'precision'):
        out.append(line([(x, up((float(r[k]) - low) / (1 - low))) for x, r in zip(xs, rows)], INK[k]))
    out.append(line([(x, up(float(r[cost]) / top)) for x, r in zip(xs, rows)], INK[cost],
                    ' stroke-dasharray="5 3"'))
    return out


def main():
    rows = read(sys.argv[1])
    out, x = [], LEFT
    for name, title, cost in PANELS:
        out += panel([r for r in rows if r['parameter'] == name], x, title, cost)
        x += WIDTH + LEFT + GAP
    width, y = x - GAP + 20, TOP + HEIGHT + 46
    at = LEFT
    for k, name in NAMES.items():
        out += [f'<line x1="{at}" x2="{at + 22}" y1="{y - 4}" y2="{y - 4}" stroke="{INK[k]}" stroke-width="2"/>',
                text(at + 27, y, name, 'start')]
        at += 60 + 6.2 * len(name)
    with open(sys.argv[2], 'w', encoding='utf-8') as f:
        f.write(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {y + 16}" font-family="sans-serif" '
                f'font-size="11">\n<rect width="100%" height="100%" fill="#fff"/>\n' + '\n'.join(out) + '\n</svg>\n')


if __name__ == '__main__':
    main()
