"""Draw the six steps of skin tone for the documents.

python scripts/make_skin_tone_picture.py    # writes docs/images/skin-tones.svg
"""

from __future__ import annotations

from pathlib import Path

from rubor.optics.skin_tone import skin_tones

PICTURE = Path(__file__).resolve().parents[1] / "docs" / "images" / "skin-tones.svg"
SIDE, GAP, LINE = 104, 8, 44


def picture() -> str:
    """The picture as SVG: plain patches on white, each with its name."""
    tones = skin_tones()
    width, height = len(tones) * (SIDE + GAP) + GAP, SIDE + GAP + LINE
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" role="img" aria-label="Six steps of skin tone">',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    for number, tone in enumerate(tones):
        x = GAP + number * (SIDE + GAP)
        colour = "#{:02x}{:02x}{:02x}".format(*tone.patch)
        middle = x + SIDE / 2
        parts += [
            f'<rect x="{x}" y="{GAP}" width="{SIDE}" height="{SIDE}" fill="{colour}"/>',
            f'<text x="{middle:g}" y="{GAP + SIDE + 22}" font-family="sans-serif" font-size="15"'
            f' text-anchor="middle" fill="#222222">{tone.name}</text>',
        ]
    return "\n".join([*parts, "</svg>", ""])


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8", newline="\n")
